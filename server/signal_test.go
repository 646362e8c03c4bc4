package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/webrtc/v4"

	"golive/internal/testrig"
	"golive/internal/testrig/clip"
	"golive/internal/timeline"
)

// A testSocket speaks with the server over a WebSocket.
type testSocket struct {
	t    *testing.T
	conn *websocket.Conn
}

func dial(t *testing.T, s *Server, path string) *testSocket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.HTTPAddr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return &testSocket{t, conn}
}

func (c *testSocket) say(text string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// heard is any message of the server.
type heard struct {
	Type, Stream, Session, SDP, Message, Doubt, Reason string
	Status                                             int
	Viewers                                            *int
	T0, T1, T2                                         float64
	RTP                                                uint32
	TimeMS                                             float64 `json:"time_ms"`
	Captured                                           bool
}

// next waits for a message of that type, letting the others pass, for which ok is true.
func (c *testSocket) next(kind string, ok func(heard) bool) heard {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, text, err := c.conn.Read(ctx)
		if err != nil {
			c.t.Fatalf("no %s came: %v", kind, err)
		}
		var h heard
		if err := json.Unmarshal(text, &h); err != nil {
			c.t.Fatalf("%v: %s", err, text)
		}
		if h.Type == kind && (ok == nil || ok(h)) {
			return h
		}
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// TestSignal plays a stream by what goes over the WebSocket alone.
func TestSignal(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p, stop := broadcast(t, s, "live", func() {})
	c := dial(t, s, "/api/v1/signal/live")
	c.next(eventStarted, nil)

	before := unixMS(time.Now())
	c.say(`{"type":"ping","t0":12.5}`)
	if h := c.next("pong", nil); h.T0 != 12.5 || h.T1 < before || h.T2 < h.T1 || h.T2 > unixMS(time.Now()) {
		t.Errorf("the pong is %+v, sent after %.1f", h, before)
	}

	v, offer := newViewer(t)
	c.say(`{"type":"candidates","fragment":""}`)
	if h := c.next("error", nil); h.Status != http.StatusNotFound {
		t.Errorf("candidates without a session: %+v", h)
	}
	c.say(`{"type":"offer","sdp":` + quote(offer) + `}`)
	answer := c.next("answer", nil)
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		t.Fatal(err)
	}
	v.wait(t)
	c.next(eventViewers, func(h heard) bool { return *h.Viewers == 1 })
	clock := c.next("clock", nil)
	p.mu.Lock()
	off := p.clock.Epoch.Add(time.Duration(float64(clock.RTP-p.rtp.Video) / 90000 * float64(time.Second))).Sub(
		time.UnixMicro(int64(clock.TimeMS * 1000)))
	p.mu.Unlock()
	if off.Abs() > 50*time.Millisecond || !clock.Captured || clock.Doubt != "" {
		t.Errorf("the clock is %v off: %+v", off, clock)
	}

	c.say(`{"type":"latency","ms":41.5,"player_ms":12}`)
	c.say(`{"type":"latency","ms":-1}`)
	if h := c.next("error", nil); h.Status != http.StatusBadRequest {
		t.Errorf("a latency below zero: %+v", h)
	}
	if l := p.Latencies(); len(l) != 1 || l[0] != (Latency{41500 * time.Microsecond, 12 * time.Millisecond}) {
		t.Errorf("latencies %v", l)
	}
	c.say(`{"type":"bye"}`)
	testrig.Eventually(t, "left", func() bool { return p.Viewers() == 0 })
	c.next(eventViewers, func(h heard) bool { return *h.Viewers == 0 })
	stop()
	c.next(eventEnded, nil)
	c.say(`{"type":"offer","sdp":` + quote(offer) + `}`)
	if h := c.next("error", nil); h.Status != http.StatusNotFound {
		t.Errorf("an offer for a stream that ended: %+v", h)
	}
}

// TestSignalEnds checks that a session does not outlive the socket it was begun on.
func TestSignalEnds(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p, _ := broadcast(t, s, "live", func() {})
	c := dial(t, s, "/api/v1/signal/live")
	v, offer := newViewer(t)
	c.say(`{"type":"offer","sdp":` + quote(offer) + `}`)
	answer := c.next("answer", nil)
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		t.Fatal(err)
	}
	testrig.Eventually(t, "joined", func() bool { return p.Viewers() == 1 })
	_ = c.conn.CloseNow()
	testrig.Eventually(t, "left", func() bool { return p.Viewers() == 0 })
}

// TestSignalWithoutCaptureTime checks that a stream whose publisher tells no capture times is not said to have any.
func TestSignalWithoutCaptureTime(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	w := dial(t, s, "/api/v1/signal/x")
	w.next(eventEnded, nil)
	p, err := s.Publish("x", c.Streams, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.WritePacket(c.Packets[0]); err != nil {
		t.Fatal(err)
	}
	w.next(eventStarted, nil)
	if h := w.next("clock", nil); h.Captured || h.Doubt != timeline.DoubtArrival {
		t.Errorf("the clock is %+v", h)
	}
}

func TestSignalRefuses(t *testing.T) {
	s := start(t, Config{})
	own := "http://" + s.HTTPAddr()
	for origin, want := range map[string]int{
		own: http.StatusSwitchingProtocols, "": http.StatusSwitchingProtocols,
		"http://evil.example": http.StatusForbidden, "null": http.StatusForbidden,
		"http://127.0.0.1:1": http.StatusForbidden,
	} {
		for _, path := range []string{"/api/v1/signal/live", "/api/v1/events"} {
			header := http.Header{}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, resp, err := websocket.Dial(t.Context(), own+path, &websocket.DialOptions{HTTPHeader: header})
			if err == nil {
				_ = conn.CloseNow()
			}
			if resp == nil || resp.StatusCode != want {
				t.Errorf("Origin %q on %s: %v, %v; want %d", origin, path, resp, err, want)
			}
		}
	}
	for _, bad := range []string{
		"hello", `{"type":1}`, `{"type":"offer","sdp":"` + strings.Repeat("x", maxMessage) + `"}`, "[" + strings.Repeat("[", 20000),
	} {
		c := dial(t, s, "/api/v1/signal/live")
		c.say(bad)
		testrig.Eventually(t, "closed", func() bool { _, _, err := c.conn.Read(t.Context()); return err != nil })
	}
	c := dial(t, s, "/api/v1/signal/live")
	for _, odd := range []string{`{}`, `{"type":"ring"}`, `{"type":"latency","ms":1}`, `{"type":"offer"}`} {
		c.say(odd)
		if h := c.next("error", nil); h.Status < 400 || h.Message == "" {
			t.Errorf("%s: %+v", odd, h)
		}
	}
}

// TestSockets opens one WebSocket more than there may be.
func TestSockets(t *testing.T) {
	s := start(t, Config{})
	full := map[*socket]struct{}{}
	for range maxSockets {
		full[&socket{cancel: func() {}}] = struct{}{}
	}
	s.sockets.mu.Lock()
	s.sockets.open = full
	s.sockets.mu.Unlock()
	resp, body := send(t, s, "GET", "/api/v1/events", "", nil)
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%s: %s", resp.Status, body)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	_, stopFirst := broadcast(t, s, "first", func() {})
	c := dial(t, s, "/api/v1/events")
	of := func(stream string) func(heard) bool {
		return func(h heard) bool { return h.Stream == stream }
	}
	c.next(eventStarted, of("first"))
	_, stopSecond := broadcast(t, s, "second", func() {})
	c.next(eventStarted, of("second"))
	v := watchWHEP(t, s, "second")
	v.wait(t)
	c.next(eventViewers, func(h heard) bool { return h.Stream == "second" && *h.Viewers == 1 })
	stopFirst()
	c.next(eventEnded, of("first"))
	stopSecond()
	c.next(eventEnded, of("second"))
}

// TestBehind checks that a listener that does not listen is let go.
func TestBehind(t *testing.T) {
	e := events{listeners: map[chan event]struct{}{}}
	c := e.listen()
	for range maxNews + 1 {
		e.announce(event{Type: eventStarted})
	}
	n := 0
	for range c {
		n++
	}
	if n != maxNews || len(e.listeners) != 0 {
		t.Errorf("%d events, %d listeners", n, len(e.listeners))
	}
	e.leave(c)
}
