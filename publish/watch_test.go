package publish

import (
	"testing"
	"time"
)

// A followedStudio makes its pictures for all ways.
type followedStudio struct{ fakeStudio }

func (followedStudio) follows(*sender) bool { return true }

// While a way drains, the transport is held to what comes through: when the pictures become smaller with it.
func TestOnlyWaysThatAreFollowedAreHeldUp(t *testing.T) {
	now := time.Now()
	full := reading{pushed: 1_100_000, acked: 200_000, rtt: 10 * time.Millisecond, trip: 300 * time.Millisecond}
	for _, c := range []struct {
		studio studio
		least  int // bytes a second
		most   int
	}{
		{fakeStudio(func() {}), 1_100_000 / 8, 1_500_000 / 8},
		{followedStudio{}, 200_000 / 8, 400_000 / 8},
	} {
		s := newSender(OutputConfig{Name: "h"}, c.studio, discard)
		s.adapter.limit(s.studio.limits())
		s.adapter.begun = now.Add(-time.Minute)
		s.adapter.lower(now, 250_000)
		if speed, most := s.carries(now, full); speed < c.least || most < c.least || most > c.most {
			t.Errorf("followed %v: %d bytes a second, %d at most, want %d to %d", s.studio.follows(s), speed, most, c.least, c.most)
		}
	}
}
