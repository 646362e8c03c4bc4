package server

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// watchTCP begins to play over TCP; the connection is made to addr instead of the server's own.
func watchTCP(t *testing.T, s *Server, name, addr string) *whepViewer {
	t.Helper()
	v, offer := newViewerOver(t, webrtc.NetworkTypeTCP4)
	resp, answer := send(t, s, "POST", "/whep/"+name, offer, map[string]string{"Content-Type": "application/sdp"})
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s", resp.Status, answer)
	}
	_, own, _ := net.SplitHostPort(s.WebRTCAddr())
	_, port, _ := net.SplitHostPort(addr)
	if !strings.Contains(answer, " "+own+" typ host tcptype passive") {
		t.Fatalf("there is no TCP candidate on the port of UDP: %s", answer)
	}
	answer = strings.ReplaceAll(answer, " "+own+" typ", " "+port+" typ")
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTCP(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	v := watchTCP(t, s, "live", s.WebRTCAddr())
	v.wait(t)
	if n := v.decode(t); n < 15 {
		t.Errorf("%d pictures decoded", n)
	}
}

// A valve relays TCP connections to the server, until it is shut: then it reads from neither side.
type valve struct {
	addr string
	shut atomic.Bool
	done chan struct{}
}

func newValve(t *testing.T, to string) *valve {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &valve{addr: l.Addr().String(), done: make(chan struct{})}
	var relaying sync.WaitGroup
	relaying.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			relaying.Go(func() { v.copy(in, out) })
			relaying.Go(func() { v.copy(out, in) })
		}
	})
	t.Cleanup(func() {
		close(v.done)
		l.Close()
		relaying.Wait()
	})
	return v
}

func (v *valve) copy(to, from net.Conn) {
	defer to.Close()
	for buf := make([]byte, 4096); ; {
		_ = from.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		n, err := from.Read(buf)
		if v.shut.Load() {
			<-v.done
			return
		}
		select {
		case <-v.done:
			return
		default:
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
		if ne, ok := err.(net.Error); err != nil && (!ok || !ne.Timeout()) {
			if err != io.EOF {
				_ = from.Close()
			}
			return
		}
	}
}

// TestStalled shuts the way to some viewers. They are let go, and cost a viewer who reads nothing meanwhile.
func TestStalled(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p, _ := broadcast(t, s, "live", func() {})
	way := newValve(t, s.WebRTCAddr())
	const stalled = 5
	for range stalled {
		watchTCP(t, s, "live", way.addr).wait(t)
	}
	good := watchWHEP(t, s, "live")
	good.wait(t)
	if n := p.Viewers(); n != stalled+1 {
		t.Fatalf("%d viewers", n)
	}
	way.shut.Store(true)
	shut := time.Now()
	var longest time.Duration // that the good viewer got nothing
	last, had := shut, 0
	for p.Viewers() > 1 {
		good.mu.Lock()
		n := len(good.video)
		good.mu.Unlock()
		if n > had {
			last, had = time.Now(), n
		}
		longest = max(longest, time.Since(last))
		if time.Since(shut) > 60*time.Second {
			t.Fatalf("after a minute there are %d viewers", p.Viewers())
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Logf("the last one was let go after %v; at worst nothing came to the others for %v", time.Since(shut), longest)
	if longest > 2*time.Second {
		t.Errorf("nothing came to the others for %v", longest)
	}
	good.decode(t)
}
