package publish

import (
	"testing"
	"time"
)

// TestGauge has a way become narrow, drain, and become longer: room is short only while something waits, and for a while.
func TestGauge(t *testing.T) {
	var g gauge
	now := time.Unix(1000, 0)
	report := func(n int, bytes int64, rtt time.Duration) {
		for range n {
			now = now.Add(feedbackEvery)
			g.report(now, bytes, rtt)
		}
	}
	report(20, 75_000, 40*time.Millisecond)
	if g.room != 0 || g.rtt != 40*time.Millisecond || g.usual() != 40*time.Millisecond+feedbackEvery {
		t.Fatalf("nothing waits: %+v", g)
	}
	report(1, 25_000, 120*time.Millisecond)
	if g.room < 35_000 || g.room > 65_000 {
		t.Errorf("250000 bytes a second come through, and %d may be on their way", g.room)
	}
	report(1, 25_000, 60*time.Millisecond)
	if g.room != 0 {
		t.Errorf("nothing waits any more, and %d bytes may be on their way", g.room)
	}
	report(20, 25_000, 300*time.Millisecond)
	if g.room != 0 || g.shortest() != 40*time.Millisecond {
		t.Errorf("the way is another for 2 s: %+v", g)
	}
	report(int(2*leastTime/feedbackEvery), 25_000, 300*time.Millisecond)
	if g.shortest() != 300*time.Millisecond {
		t.Errorf("the shortest round trip is still %v", g.shortest())
	}
	g.report(now.Add(time.Microsecond), 1000, 300*time.Millisecond) // the rest of what was too long for one
	if g.room != 0 || g.bytes != 1000 {
		t.Errorf("a speed was told by a moment: %+v", g)
	}
}
