package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"golive/encoder"
	"golive/internal/testrig/clip"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDefaultAddressGivesWay(t *testing.T) {
	for _, addr := range []string{defaultHTTP, defaultRTMP} {
		if l, err := net.Listen("tcp", addr); err == nil { // else somebody else has it, which does as well
			defer l.Close()
		}
	}
	if c, err := net.ListenPacket("udp", defaultWebRTC); err == nil {
		defer c.Close()
	}
	s, err := Start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	for _, got := range []string{s.HTTPAddr(), s.RTMPAddr(), s.WebRTCAddr()} {
		if host, port, _ := net.SplitHostPort(got); host != "127.0.0.1" || strings.Contains("8080 1935 8189", port) {
			t.Errorf("listens on %s", got)
		}
	}
}

func TestAskedAddressTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	free := "127.0.0.1:0"
	for _, config := range []Config{
		{HTTP: l.Addr().String(), RTMP: free, WebRTC: free},
		{HTTP: free, RTMP: l.Addr().String(), WebRTC: free},
		{HTTP: free, RTMP: free, WebRTC: c.LocalAddr().String()},
		{HTTP: "nonsense", RTMP: free, WebRTC: free},
	} {
		s, err := Start(config)
		if err == nil {
			s.Close(t.Context())
			t.Errorf("%+v: started", config)
		} else if !strings.Contains(err.Error(), "cannot listen on") || !strings.Contains(err.Error(), "choose another") {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	s := start(t, Config{HTTP: "0.0.0.0:0", RTMP: "off"})
	_, port, _ := net.SplitHostPort(s.HTTPAddr())
	if got, want := s.WatchURL("live"), "http://127.0.0.1:"+port+"/watch/live"; got != want {
		t.Errorf("watch URL %s, want %s", got, want)
	}
	if got, want := s.ListURL(), "http://127.0.0.1:"+port+"/"; got != want {
		t.Errorf("list URL %s, want %s", got, want)
	} else if resp, err := http.Get(got); err != nil {
		t.Error(err)
	} else if resp.Body.Close(); resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", got, resp.Status)
	}
	if s.RTMPAddr() != "" || s.RTMPURL("live") != "" {
		t.Errorf("RTMP is off and at %q", s.RTMPAddr())
	}
}

func TestPublishRefuses(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	for _, name := range []string{"", "a b", "../x", "a/b", strings.Repeat("x", 65), "ä"} {
		if _, err := s.Publish(name, c.Streams, nil); !errors.Is(err, ErrBadName) {
			t.Errorf("name %q: %v", name, err)
		}
	}
	if _, err := s.Publish("x", c.Streams[1:], nil); err == nil {
		t.Error("a stream without video was taken")
	}
	if _, err := s.Publish("x", []*encoder.Stream{{Codec: "vp8"}}, nil); err == nil {
		t.Error("a codec that is not carried was taken")
	}
	p, err := s.Publish("x", c.Streams, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish("x", c.Streams, nil); !errors.Is(err, ErrTaken) {
		t.Errorf("second publisher: %v", err)
	}
	if err := p.WritePacket(&encoder.Packet{Stream: c.Streams[0], Data: [][]byte{{}}}); err == nil {
		t.Error("an empty NAL unit was taken")
	}
	p.Close()
	p.Close()
	if err := p.WritePacket(c.Packets[0]); err == nil {
		t.Error("a packet was taken after Close")
	}
	if p, err = s.Publish("x", c.Streams, nil); err != nil {
		t.Errorf("the name is not free after Close: %v", err)
	} else {
		p.Close()
	}
}

// TestClose ends a server in the middle of everything it does.
func TestClose(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", nil)
	w := watchWHEP(t, s, "live")
	w.wait(t)
	half, err := net.Dial("tcp", s.RTMPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	silent, err := net.Dial("tcp", s.HTTPAddr()) // as browsers keep them
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_, offer := newViewer(t) // never connects
	if resp, body := send(t, s, "POST", "/whep/live", offer, map[string]string{"Content-Type": "application/sdp"}); resp.StatusCode != 201 {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	playlist := make(chan error)
	go func() { // waits for a segment that never comes
		r, err := http.Get("http://" + s.HTTPAddr() + "/hls/live/video1_stream.m3u8?_HLS_msn=8")
		if err == nil {
			r.Body.Close()
		}
		playlist <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for range 2 {
		if err := s.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	<-playlist
	if _, err := s.Publish("live", nil, nil); err == nil {
		t.Error("a closed server takes streams")
	}
}
