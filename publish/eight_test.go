package publish

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

// Eight destinations, of which one stops reading, one refuses, and one never answers: the others lose nothing from the
// first picture on that they get.
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
	missed := make([]int64, len(good)) // pictures before a destination got its first
	eventually(t, "pictures at five", func() bool {
		for i, p := range good {
			if p.pictures() == 0 {
				return false
			}
			missed[i] = b.Stats().Outputs[i].Dropped.Away
		}
		return true
	})
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
		o, got := s.Outputs[i], int64(p.pictures())
		if o.Dropped != (Dropped{Away: missed[i]}) || o.Reconnects != 0 || p.accepted() != 1 || got+missed[i] != s.Video.Encoded {
			t.Errorf("%s got %d of %d pictures, of which it missed %d at first, by %d connections: %+v", o.Name, got, s.Video.Encoded,
				missed[i], p.accepted(), o)
		}
	}
	t.Logf("%d pictures, %d skipped by the encoder, %d missed at first, %.0f s", s.Video.Encoded, s.Video.Skipped, missed, s.UptimeS)
}
