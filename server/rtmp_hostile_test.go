package server

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"

	"golive/internal/testrig"
)

// TestHostilePublisher sends what would take down the process or its memory once publishing is accepted.
func TestHostilePublisher(t *testing.T) {
	s := start(t, Config{})
	const mib = 1 << 20
	nested := bytes.Repeat([]byte{3, 0, 1, 'a'}, 9*mib/4) // objects within objects
	large := make([]byte, 9*mib)
	wide := testrig.RTMPControl(message.TypeSetChunkSize, 10*mib)
	for _, tt := range []struct {
		name  string
		early bool // before the tracks are known
		send  func(io.Writer) error
	}{
		{"nested AMF", false, func(w io.Writer) error {
			_, err := w.Write(slices.Concat(wide, testrig.RTMPChunk(4, message.TypeDataAMF0, 0, len(nested), nested)))
			return err
		}},
		{"nested AMF in video", false, func(w io.Writer) error {
			body := slices.Concat([]byte("\x84hvc1"), nested)
			_, err := w.Write(slices.Concat(wide, testrig.RTMPChunk(7, message.TypeVideo, 0, len(body), body)))
			return err
		}},
		{"unfinished messages", false, func(w io.Writer) error {
			_, err := w.Write(testrig.RTMPControl(message.TypeSetChunkSize, uint32(len(large)-1)))
			for id := byte(7); id < 64 && err == nil; id++ { // the last byte never comes
				if _, err = w.Write(testrig.RTMPChunk(id, message.TypeAudio, 0, len(large), nil)); err == nil {
					_, err = w.Write(large[1:])
				}
			}
			return err
		}},
		{"media without time", true, func(w io.Writer) error {
			_, err := w.Write(wide)
			for err == nil {
				if _, err = w.Write(testrig.RTMPChunk(7, message.TypeVideo, 0, len(large), []byte("\x27\x01"))); err == nil {
					_, err = w.Write(large[2:])
				}
			}
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := dialRTMP(t, s)
			c.publish("x")
			if !tt.early {
				c.stream(s, "x")
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_ = tt.send(c) // fails when the server has had enough
			c.ended()
			runtime.ReadMemStats(&after)
			taken := (after.Sys - before.Sys) >> 20
			t.Logf("%d MiB taken from the system", taken)
			if taken > 150 {
				t.Errorf("%d MiB taken from the system", taken)
			}
			testrig.Eventually(t, "ended", func() bool { return s.stream("x") == nil })
		})
	}
	c := dialRTMP(t, s)
	c.publish("x")
	c.stream(s, "x") // it still takes publishers
}

// A lines is a log that can be read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestRTMPLog gives secrets away in all places that a client has for them. None may be logged.
func TestRTMPLog(t *testing.T) {
	t.Parallel()
	const secret = "hush"
	for name, send := range map[string]func(*client){
		"publish and leave": func(c *client) { c.publish("x?key=" + secret) },
		"malformed name": func(c *client) {
			c.connect()
			c.say("publish", nil, "x?key="+secret+"\x7f", "live")
		},
		"bad name": func(c *client) {
			c.connect()
			c.say("publish", nil, secret+".b?key="+secret, "live")
		},
		"no address":    func(c *client) { c.say("connect", amf0.Object{{Key: "app", Value: "live?key=" + secret}}) },
		"not connected": func(c *client) { c.say("publish", nil, "x?key="+secret, "live") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &lines{}
			s := start(t, Config{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			c := dialRTMP(t, s)
			send(c)
			_ = c.Conn.(*net.TCPConn).CloseWrite()
			testrig.Eventually(t, "logged", func() bool { return strings.Contains(log.String(), "client gone") })
			if strings.Contains(log.String(), secret) {
				t.Error(log.String())
			}
		})
	}
}

// A failing listener has no file descriptors left.
type failing struct {
	net.Listener
	calls int
}

func (f *failing) Accept() (net.Conn, error) {
	f.calls++
	return nil, errors.New("too many open files")
}

func (f *failing) Close() error { return nil }

func TestAcceptPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &failing{}
		i := &ingest{
			server: newServer(Config{Patience: -1, Log: slog.New(slog.DiscardHandler)}), listen: l,
			conns: newConnections(1), done: make(chan struct{}),
		}
		var loop sync.WaitGroup
		loop.Go(i.serve)
		time.Sleep(time.Minute)
		i.close()
		i.close()
		loop.Wait()
		if l.calls < 60 || l.calls > 70 { // 8 pauses in the first 1.3 s, then one a second
			t.Errorf("%d calls in a minute", l.calls)
		}
	})
}
