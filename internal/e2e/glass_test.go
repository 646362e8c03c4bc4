package e2e

import (
	"context"
	"fmt"
	"image"
	"io"
	"math"
	"net"
	"regexp"
	"slices"
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
	s := newStageAt(t, image.Pt(1280, 720), fineCard)
	if err := s.sound.PlayTone(toneHz, toneDB); err != nil {
		t.Fatal(err)
	}
	free := "127.0.0.1:0"
	companion := start(t, s.env, "serve", "--http", free, "--rtmp", free, "--srt", "off", "--webrtc", free)
	until(t, companion, 20*time.Second, "the ingest's address", func() bool { return ingestLink.MatchString(companion.Stderr()) })
	addr := ingestLink.FindStringSubmatch(companion.Stderr())[1]
	start(t, s.env, "live", "--timing", "--to", "rtmp://"+delayed(t, addr)+"/live/far")
	tab := browse(t, "http://"+servedAt.FindStringSubmatch(companion.Stderr())[1]+"/watch/far")
	agrees(t, tab, "webrtc", 5, longWay)
}

// agreement is how far apart the figure of the page and the one read from the pictures may be, in ms.
const agreement = 15

// A measure is what a page showed for some seconds.
type measure struct {
	p50, p95 float64 // ms that pictures were old when they were shown, by their clock strips
	told     float64 // ms, the median of what the page itself said
}

func (g measure) String() string {
	return fmt.Sprintf("p50 %.0f ms, p95 %.0f ms; the page says %.0f ms", g.p50, g.p95, g.told)
}

// agrees watches a page for so many seconds, and for as many again a few times, until its pictures are older than least and
// it agrees with them on how old they are. It fails the test when that never happens.
func agrees(t *testing.T, tab context.Context, protocol string, seconds int, least time.Duration) measure {
	t.Helper()
	var g measure
	for end := time.Now().Add(50*time.Second + time.Duration(seconds)*2*time.Second); time.Now().Before(end); {
		g = compare(t, tab, protocol, seconds)
		if g.p50 > float64(least.Milliseconds()) && math.Abs(g.told-g.p50) <= agreement {
			t.Logf("glass to glass %v", g)
			return g
		}
		t.Logf("not yet: %v", g)
	}
	t.Fatalf("glass to glass %v, which is not the same", g)
	return g
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

// compare watches the page for some seconds; the zero measure while it does not play over that protocol.
func compare(t *testing.T, tab context.Context, protocol string, seconds int) measure {
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
		if w.State != "playing" || w.Protocol != protocol || w.Latency == 0 || len(w.Ages) == 0 {
			t.Logf("%s over %s, %d pictures, %.0f ms", w.State, w.Protocol, len(w.Ages), w.Latency)
			return measure{}
		}
		ages, figures = append(ages, w.Ages...), append(figures, w.Latency)
	}
	slices.Sort(ages)
	return measure{p50: ages[len(ages)/2], p95: ages[len(ages)*95/100], told: median(figures)}
}
