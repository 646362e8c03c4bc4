package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig/media"
)

// Places where there is no endpoint.
func TestWHIPMeetsBadPlaces(t *testing.T) {
	streams, _ := media.EncodeAs(t, 2, encoder.H264, encoder.Opus)
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = slog.NewLogLogger(discard.Handler(), slog.LevelError)
	strange.StartTLS()
	defer strange.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for url, words := range map[string]string{
		"whip+" + strange.URL + "/whip/x":                                      "is not who it says it is",
		"whip+" + gone.URL + "/whip/x":                                         "cannot be reached: connection refused",
		"whip+https://host.invalid/whip/x":                                     "cannot be found",
		"whip+" + strings.Replace(strange.URL, "https", "http", 1) + "/whip/x": "HTTPS",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		o, err := destination(t, url, "s3cr3t").Dial(ctx, streams, newTestFeedback())
		cancel()
		if err == nil {
			o.Close()
			t.Fatal("connected to ", url)
		}
		if text := err.Error(); !strings.Contains(text, words) || !strings.HasPrefix(text, url) || strings.Contains(text, "s3cr3t") {
			t.Errorf("%q, want it to say %q", text, words)
		}
	}
}

// An endpoint that agrees and is gone after so many datagrams, in the middle of ICE or DTLS, is an error in time, and
// leaves nothing behind.
func TestWHIPEndpointThatDies(t *testing.T) {
	streams, _ := media.EncodeAs(t, 2, encoder.H264, encoder.Opus)
	tests := sideBySide{t: t}
	defer tests.wait()
	for _, datagrams := range []int64{0, 1, 2, 3, 4} {
		tests.run(fmt.Sprint(datagrams), func(t *testing.T) {
			e := startMortal(t, datagrams)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			begin := time.Now()
			o, err := destination(t, "whip+"+e.URL+"/whip/live", "s3cr3t").Dial(ctx, streams, newTestFeedback())
			if err == nil {
				o.Close()
				t.Fatal("connected")
			}
			if took := time.Since(begin); took > 5*time.Second || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no media gets there") {
				t.Errorf("%v after %v", err, took)
			}
			if e.passed.Load() < datagrams {
				t.Errorf("only %d datagrams came", e.passed.Load())
			}
		})
	}
}

// A mortal is a server whose media pass through a relay that loses all after so many datagrams of the server.
type mortal struct {
	*httptest.Server
	passed  atomic.Int64
	lasts   int64
	relay   net.PacketConn
	far     net.Conn // to the server, once it is known
	running sync.WaitGroup
}

var udpCandidate = regexp.MustCompile(`(candidate:\S+ 1 udp \d+) 127\.0\.0\.1 (\d+) `)

func startMortal(t *testing.T, lasts int64) *mortal {
	t.Helper()
	s := startServer(t)
	relay, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{lasts: lasts, relay: relay}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := http.Post("http://"+s.HTTPAddr()+r.URL.Path, r.Header.Get("Content-Type"), r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		sdp, _ := io.ReadAll(answer.Body)
		if found := udpCandidate.FindStringSubmatch(string(sdp)); found == nil {
			t.Errorf("no candidate for UDP in %s", sdp)
		} else if m.far == nil {
			m.carry(t, "127.0.0.1:"+found[2])
		}
		w.Header().Set("Content-Type", "application/sdp")
		w.WriteHeader(answer.StatusCode)
		for line := range strings.Lines(string(sdp)) { // the only way is through the relay
			if !strings.HasPrefix(line, "a=candidate:") {
				io.WriteString(w, line)
			} else if udpCandidate.MatchString(line) {
				_, port, _ := net.SplitHostPort(relay.LocalAddr().String())
				io.WriteString(w, udpCandidate.ReplaceAllString(line, "$1 127.0.0.1 "+port+" "))
			}
		}
	}))
	t.Cleanup(func() {
		m.Close()
		relay.Close()
		if m.far != nil {
			m.far.Close()
		}
		m.running.Wait()
	})
	return m
}

// carry passes datagrams on to the server, and back while it lives.
func (m *mortal) carry(t *testing.T, server string) {
	far, err := net.Dial("udp", server)
	if err != nil {
		t.Error(err)
		return
	}
	m.far = far
	var client atomic.Pointer[net.Addr]
	m.running.Go(func() {
		b := make([]byte, 2048)
		for {
			n, from, err := m.relay.ReadFrom(b)
			if err != nil {
				return
			}
			client.Store(&from)
			far.Write(b[:n])
		}
	})
	m.running.Go(func() {
		b := make([]byte, 2048)
		for {
			n, err := far.Read(b)
			if err != nil {
				return
			}
			if m.passed.Add(1) <= m.lasts {
				m.relay.WriteTo(b[:n], *client.Load())
			}
		}
	})
}
