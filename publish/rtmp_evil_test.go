package publish

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/media"
)

// A tapped connection keeps what is written to it.
type tapped struct {
	net.Conn
	mu      sync.Mutex
	written bytes.Buffer
}

func (c *tapped) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written.Write(b)
	return c.Conn.Write(b)
}

func (c *tapped) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.written.Bytes())
}

// serverSide returns what a server says to a publisher until it is live.
func serverSide(t *testing.T, streams []*encoder.Stream) []byte {
	t.Helper()
	taps := make(chan *tapped, 1)
	p := startPeer(t, func(p *peer, c net.Conn) {
		tap := &tapped{Conn: c}
		taps <- tap
		p.record(tap)
	})
	dial(t, destination(t, p.URL, "k"), streams, newTestFeedback()).Close()
	return (<-taps).bytes()
}

// A server that closes after any byte of the conversation, or goes on with garbage, is an error at once.
func TestRTMPServerThatStopsAnywhere(t *testing.T) {
	streams, _ := media.Encode(t, 2)
	said := serverSide(t, streams)
	garbage := make([]byte, 512)
	rand.Read(garbage)
	var mu sync.Mutex
	answer := []byte(nil)
	p := startPeer(t, func(_ *peer, c net.Conn) {
		mu.Lock()
		b := answer
		mu.Unlock()
		c.SetDeadline(time.Now().Add(time.Second))
		go io.Copy(io.Discard, c) // it ends with the connection
		c.Write(b)
		c.(*net.TCPConn).CloseWrite()
		time.Sleep(5 * time.Millisecond)
	})
	d := destination(t, p.URL, "s3cr3t")
	for n := 0; n < len(said); n += step(n) {
		for _, rest := range [][]byte{nil, garbage} {
			mu.Lock()
			answer = slices.Concat(said[:n], rest)
			mu.Unlock()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			begin := time.Now()
			o, err := d.Dial(ctx, streams, newTestFeedback())
			if err == nil {
				o.Close()
			}
			cancel()
			if took := time.Since(begin); took > 2500*time.Millisecond || err != nil && (strings.Contains(err.Error(), "s3cr3t") || !strings.HasPrefix(err.Error(), p.URL)) {
				t.Errorf("after %d bytes of %d and %d of garbage: %v, after %v", n, len(said), len(rest), err, took)
			}
		}
	}
}

// A connection that ends after any byte of TLS, or of RTMP within it, is an error at once.
func TestRTMPSServerThatStopsAnywhere(t *testing.T) {
	t.Parallel()
	streams, _ := media.Encode(t, 2)
	front, err := testrig.StartTLS(startPeer(t, nil).listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	var left atomic.Int64 // bytes that come through
	cut := startPeer(t, func(_ *peer, c net.Conn) {
		far, err := net.Dial("tcp", front.Addr)
		if err != nil {
			t.Error(err)
			return
		}
		defer far.Close()
		go func() { // it ends with the connections
			io.Copy(far, c)
			far.Close()
		}()
		io.CopyN(c, far, left.Load())
	})
	d := destination(t, "rtmps://"+cut.listen.Addr().String()+"/live", "s3cr3t").(*rtmp)
	d.roots = rootsOf(t, front.CAFile)
	for n, live := int64(0), false; !live; n += 29 {
		left.Store(n)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		begin := time.Now()
		o, err := d.Dial(ctx, streams, newTestFeedback())
		if live = err == nil; live {
			o.Close()
		}
		cancel()
		if took := time.Since(begin); took > 4*time.Second || err != nil && (strings.Contains(err.Error(), "s3cr3t") || !strings.HasPrefix(err.Error(), "rtmps://")) {
			t.Errorf("after %d bytes: %v, after %v", n, err, took)
		}
		if n > 20000 {
			t.Fatal("it never gets live")
		}
	}
}

// step leaves out most of the random bytes of the handshake, which are all alike.
func step(n int) int {
	if n > 2 && n < 3060 {
		return 509
	}
	return 1
}

// Ten megabytes of nested AMF take neither memory nor time.
func TestRTMPServerThatSendsNestedAMF(t *testing.T) {
	streams, _ := media.Encode(t, 2)
	said := serverSide(t, streams)[:3073] // the handshake
	nested := bytes.Repeat([]byte{0x0a, 0, 0, 0, 1}, 2<<20)
	length := len(nested)
	message := append([]byte{3, 0, 0, 0, byte(length >> 16), byte(length >> 8), byte(length), 0x14, 0, 0, 0, 0}, nested...)
	setChunkSize := []byte{2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0x00, 0xff, 0xff, 0xff}
	p := startPeer(t, func(_ *peer, c net.Conn) {
		go io.Copy(io.Discard, c) // it ends with the connection
		c.Write(slices.Concat(said, setChunkSize, message))
	})
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	o, err := destination(t, p.URL, "k").Dial(ctx, streams, newTestFeedback())
	if err == nil {
		o.Close()
		t.Fatal("connected")
	}
	took := time.Since(begin)
	runtime.ReadMemStats(&after)
	// What the peer itself allocates is counted too.
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 2*time.Second || mb > 64 {
		t.Errorf("%v after %v and %d MB", err, took, mb)
	}
}
