package server

import (
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/srt"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
	"golive/recording"
)

// TestSlowClients opens hundreds of connections that say nothing, or half of what they should. They are all freed, and
// meanwhile somebody else publishes as ever.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	const slowHTTP, halfRTMP = 500, 200
	var conns []net.Conn
	open := func(n int, addr string, says func(i int) string) {
		for i := range n {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			if _, err := io.WriteString(conn, says(i)); err != nil {
				t.Fatal(err)
			}
			conns = append(conns, conn)
		}
	}
	begin := time.Now()
	open(slowHTTP, s.HTTPAddr(), func(i int) string {
		return []string{
			"", "GET / HT", "GET / HTTP/1.1\r\nHost: " + s.HTTPAddr() + "\r\nX-A: b",
			"POST /whep/live HTTP/1.1\r\nHost: " + s.HTTPAddr() + "\r\nContent-Type: application/sdp\r\nContent-Length: 9999\r\n\r\nv=0",
			"GET /healthz HTTP/1.1\r\nHost: " + s.HTTPAddr() + "\r\n\r\n",
		}[i%5]
	})
	open(halfRTMP, s.RTMPAddr(), func(i int) string { return "\x03half a handshake"[:1+i%10] })

	asked := time.Now()
	c := dialRTMP(t, s)
	c.publish("x")
	c.stream(s, "x")
	took := time.Since(asked)
	for i, conn := range conns {
		_ = conn.SetReadDeadline(begin.Add(30 * time.Second))
		if _, err := io.Copy(io.Discard, conn); os.IsTimeout(err) {
			t.Fatalf("connection %d is still open after %v", i, time.Since(begin))
		}
	}
	t.Logf("a new publisher was in after %v; all others were freed after %v", took, time.Since(begin))
	if took > 5*time.Second {
		t.Errorf("a new publisher was in after %v", took)
	}
}

// TestNewcomers checks who has to make room for whom.
func TestNewcomers(t *testing.T) {
	c := newConnections(1)
	done := make(chan struct{})
	var theirs, ours []net.Conn
	greet := func() bool {
		a, b := net.Pipe()
		theirs, ours = append(theirs, a), append(ours, b)
		return c.greet(b, func() {
			_, _ = b.Read(make([]byte, 1)) // until it is closed
			<-done
		})
	}
	for range maxNewcomers {
		if !greet() {
			t.Fatal("there is no room at first")
		}
	}
	if !c.settle(ours[0]) || c.settle(ours[1]) || !c.full() {
		t.Error("there is room for one, and one alone")
	}
	for range 2 {
		if !greet() {
			t.Error("a newcomer is not let in")
		}
	}
	_ = theirs[1].SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := theirs[1].Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the oldest newcomer is still there: %v", err)
	}
	if c.settle(ours[1]) {
		t.Error("who had to go has settled")
	}
	close(done)
	c.close()
	if greet() || len(c.settled)+len(c.newcomers) > 0 {
		t.Errorf("after close, there are %d and %d", len(c.settled), len(c.newcomers))
	}
}

// TestJoinAndLeave lets many viewers come and go, and looks at what they leave behind. GOLIVE_SOAK makes it a thousand.
func TestJoinAndLeave(t *testing.T) {
	s := start(t, Config{RTMP: "off", SRT: "off"})
	p, _ := broadcast(t, s, "live", func() {})
	visit := func(n int) {
		t.Helper()
		for range n {
			t.Run("viewer", func(t *testing.T) { // what the viewer itself holds goes with it
				v := watchWHEP(t, s, "live")
				testrig.Eventually(t, "seen something", func() bool {
					v.mu.Lock()
					defer v.mu.Unlock()
					return v.audio > 0 || len(v.video) > 0
				})
				if resp, _ := send(t, s, "DELETE", v.location, "", nil); resp.StatusCode != 200 {
					t.Fatal(resp.Status)
				}
			})
		}
		testrig.Eventually(t, "left", func() bool { return p.Viewers() == 0 })
	}
	rounds := rounds(40)
	visit(rounds / 4)
	leavesNothing(t, rounds, "viewers", visit)
}

// rounds returns n, or a thousand where GOLIVE_SOAK is set.
func rounds(n int) int {
	if os.Getenv("GOLIVE_SOAK") != "" {
		return 1000
	}
	return n
}

// leavesNothing fails the test when n visits leave goroutines or memory behind.
func leavesNothing(t *testing.T, n int, whose string, visit func(n int)) {
	t.Helper()
	goroutines, memory := settled()
	visit(n)
	var g, m int
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if g, m = settled(); g <= goroutines+2 && m <= memory+5<<20 {
			t.Logf("%d %s left %d goroutines and %.1f MiB", n, whose, g-goroutines, float64(m-memory)/(1<<20))
			return
		}
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d %s left %d goroutines and %.1f MiB:\n%s", n, whose, g-goroutines, float64(m-memory)/(1<<20),
		stacks[:runtime.Stack(stacks, true)])
}

// TestPublishAndEnd lets many publishers come and go, by all ways in, and looks at what they leave behind. GOLIVE_SOAK
// makes it a thousand.
func TestPublishAndEnd(t *testing.T) {
	s := start(t, Config{})
	ways := []func(t *testing.T, name string){
		func(t *testing.T, name string) {
			c := dialRTMP(t, s)
			c.publish(name)
			c.stream(s, name)
		},
		func(t *testing.T, name string) { publishSRT(t, s, name) },
		func(t *testing.T, name string) {
			p := contribute(t, s, name, nil)
			testrig.Eventually(t, "published", func() bool { return s.stream(name) != nil })
			if resp, _ := send(t, s, "DELETE", p.location, "", nil); resp.StatusCode != 200 {
				t.Fatal(resp.Status)
			}
		},
		func(t *testing.T, name string) {
			broadcast(t, s, name, func() {})
			testrig.Eventually(t, "published", func() bool { return s.stream(name).describe().Tracks[0].Width > 0 })
		},
	}
	visit := func(n int) {
		t.Helper()
		for i := range n {
			name := "x" + strconv.Itoa(i)
			t.Run("publisher", func(t *testing.T) { ways[i%len(ways)](t, name) }) // its end is that of its cleanup
			testrig.Eventually(t, "ended", func() bool { return s.stream(name) == nil })
		}
	}
	rounds := rounds(20)
	visit(rounds / 4)
	leavesNothing(t, rounds, "publishers", visit)
}

// publishSRT publishes the clip, faster than it plays, until the stream is there.
func publishSRT(t *testing.T, s *Server, name string) {
	t.Helper()
	c, err := clip.New()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	conn, err := srt.Dial(t.Context(), s.SRTAddr(), srt.Config{StreamID: "publish:" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ts, err := recording.NewTransportStream(pieces{conn}, c.Streams[:2])
	if err != nil {
		t.Fatal(err)
	}
	for _, pkt := range c.Packets {
		if pkt.Stream.Codec == encoder.Opus {
			continue
		}
		if err := ts.WritePacket(pkt); err != nil {
			t.Fatal(err)
		}
		if s.stream(name) != nil {
			return
		}
	}
	testrig.Eventually(t, "published", func() bool { return s.stream(name) != nil })
}

// pieces cuts a transport stream into what fits a packet of SRT.
type pieces struct{ conn *srt.Conn }

func (p pieces) Write(b []byte) (int, error) {
	for piece := range slices.Chunk(b, srtPayload) {
		if err := p.conn.Write(piece); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// settled returns how many goroutines there are and how many bytes are in use.
func settled() (goroutines, bytes int) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), int(m.HeapAlloc + m.StackInuse)
}
