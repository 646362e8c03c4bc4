package e2e

import (
	"context"
	"image"
	"io"
	"math"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"

	"golive/internal/testrig"
)

// longWay is what a relay adds to the way from the publisher to the server.
const longWay = 300 * time.Millisecond

// delayed relays TCP connections to addr; what the client sends arrives later by longWay.
func delayed(t *testing.T, addr string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var relaying sync.WaitGroup
	relaying.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", addr)
			if err != nil {
				client.Close()
				continue
			}
			back := func() {
				_, _ = io.Copy(client, server)
				client.Close()
				server.Close()
			}
			relaying.Go(back)
			relaying.Go(func() { slowly(server, client) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		relaying.Wait() // the programs at both ends have ended before
	})
	return l.Addr().String()
}

// slowly copies each piece longWay after it came.
func slowly(to, from net.Conn) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1<<12)
	var writing sync.WaitGroup
	writing.Go(func() {
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			_, _ = to.Write(p.data)
		}
		to.Close()
	})
	for buf := make([]byte, 64<<10); ; {
		n, err := from.Read(buf)
		pieces <- piece{time.Now().Add(longWay), append([]byte(nil), buf[:n]...)}
		if err != nil {
			break
		}
	}
	close(pieces)
	writing.Wait()
}

var ingestLink = regexp.MustCompile(`rtmp://([0-9.:]+)/live/NAME`)

// TestTrueLatency puts a delay between publisher and server, and compares the figure that the page shows with the one
// read from the pictures: the time of arrival cannot pass for the time of capture.
func TestTrueLatency(t *testing.T) {
	s := newStage(t, image.Pt(1280, 720))
	if err := s.sound.PlayTone(toneHz, toneDB); err != nil {
		t.Fatal(err)
	}
	free := "127.0.0.1:0"
	companion := start(t, s.env, "serve", "--http", free, "--rtmp", free, "--srt", "off", "--webrtc", free)
	until(t, companion, 20*time.Second, "the ingest's address", func() bool { return ingestLink.MatchString(companion.Stderr()) })
	addr := ingestLink.FindStringSubmatch(companion.Stderr())[1]
	start(t, s.env, "live", "--timing", "--to", "rtmp://"+delayed(t, addr)+"/live/far")
	tab := browse(t, "http://"+servedAt.FindStringSubmatch(companion.Stderr())[1]+"/watch/far")
	var seen, told float64
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); {
		seen, told = compare(t, tab, 5)
		if seen > float64(longWay.Milliseconds()) && math.Abs(told-seen) <= agreement() {
			t.Logf("the pictures say %.0f ms, the page says %.0f ms", seen, told)
			return
		}
	}
	t.Fatalf("the pictures say %.0f ms, the page says %.0f ms", seen, told)
}

// agreement returns how far apart the two may be, in ms: a busy machine shows pictures late, which the page cannot know.
func agreement() float64 {
	if soak() {
		return 15
	}
	return 75
}

var servedAt = regexp.MustCompile(`watch at http://([0-9.:]+)/`)

// browse opens a page of a companion server.
func browse(t *testing.T, url string) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	tab, stop, err := testrig.Browse(ctx, url, stripReader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return tab
}

// compare watches the page for some seconds, and returns the median of how old its pictures were when they were shown,
// and of the figures it showed meanwhile; zeros while it does not play over WebRTC.
func compare(t *testing.T, tab context.Context, seconds int) (seen, told float64) {
	t.Helper()
	look(t, tab)
	var ages, figures []float64
	for range seconds {
		select {
		case <-tab.Done():
			t.Fatal(tab.Err())
		case <-time.After(time.Second):
		}
		w := look(t, tab)
		if w.State != "playing" || w.Protocol != "webrtc" || w.Latency == 0 || len(w.Ages) == 0 {
			return 0, 0
		}
		ages, figures = append(ages, w.Ages...), append(figures, w.Latency)
	}
	return median(ages), median(figures)
}
