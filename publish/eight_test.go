package publish

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

// Eight destinations, of which one stops reading, one refuses, and one never answers: the others lose nothing.
func TestEightDestinations(t *testing.T) {
	length := 30 * time.Second
	if os.Getenv("GOLIVE_SOAK") != "" {
		length = 5 * time.Minute
	}
	var good []*peer
	var outputs []OutputConfig
	add := func(name string, behave func(*peer, net.Conn)) *peer {
		p := startPeer(t, behave)
		outputs = append(outputs, OutputConfig{Name: name, Destination: destination(t, p.URL, "k")})
		return p
	}
	for i := range 5 {
		good = append(good, add(fmt.Sprint("good ", i+1), nil))
	}
	add("stops reading", stuckPeer)
	add("refuses", refusingPeer)
	add("never answers", silentPeer)
	c := testConfig()
	c.BitRate = 2_000_000
	b := startBroadcast(t, c)
	goLive(t, b, "", outputs...)
	eventually(t, "five that are live", func() bool {
		for _, o := range b.Stats().Outputs[:5] {
			if o.State != Live {
				return false
			}
		}
		return true
	})
	before := b.Stats().Outputs // a busy machine may take long to connect, and lose the first pictures
	for end := time.Now().Add(length); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		if err := b.Err(); err != nil {
			t.Fatal(err)
		}
	}
	s := b.Stats()
	if s.Outputs[5].Dropped.Sum() == 0 || s.Outputs[6].State != Refused || s.Outputs[7].State != Connecting {
		t.Errorf("the broken ones: %+v", s.Outputs[5:])
	}
	endLive(t, b)
	s = b.Stats()
	for i, p := range good {
		p.mu.Lock()
		if o := s.Outputs[i]; o.DroppedFrames != before[i].DroppedFrames || o.Reconnects != 0 || p.dials != 1 || int64(len(p.keys))+o.DroppedFrames != s.Video.Encoded {
			t.Errorf("%s got %d of %d pictures by %d connections: %+v", o.Name, len(p.keys), s.Video.Encoded, p.dials, o)
		}
		p.mu.Unlock()
	}
	t.Logf("%d pictures, %d skipped by the encoder, %.0f s", s.Video.Encoded, s.Video.Skipped, s.UptimeS)
}
