package publish

import (
	"testing"
	"time"
)

// A packet goes again once in a round trip, and as long as it is of use; across the wrap of the numbers.
func TestPacketsGoAgain(t *testing.T) {
	var s sentTimes
	begin := time.Unix(1000, 0)
	const roundTrip = 100 * time.Millisecond
	for n := range 10 {
		if again, due := s.note(uint16(65530+n), begin, roundTrip); again || !due {
			t.Errorf("packet %d: again %v, due %v", n, again, due)
		}
	}
	for _, c := range []struct {
		number uint16
		after  time.Duration
		due    bool
	}{
		{65535, roundTrip / 2, false},
		{65535, roundTrip, true},
		{65535, roundTrip * 3 / 2, false},
		{65535, 2 * roundTrip, true},
		{2, roundTrip, true},
		{1, stillOfUse + roundTrip, false},
	} {
		if again, due := s.note(c.number, begin.Add(c.after), roundTrip); !again || due != c.due {
			t.Errorf("packet %d after %v: again %v, due %v", c.number, c.after, again, due)
		}
	}
}

// On a full way nothing but sound goes before what goes again, and all of it no faster than the way.
func TestTurns(t *testing.T) {
	var turns turns
	turns.set(8_000_000)
	turns.limit(200_000)
	begin, sent := time.Now(), 0
	over := make(chan struct{})
	for sent < 60_000 {
		if !turns.wait(1200, over) {
			t.Fatal("the connection is not over")
		}
		sent += 1200
	}
	if took := time.Since(begin); took < 250*time.Millisecond {
		t.Errorf("%d bytes within %v at 200000 a second", sent, took)
	}
	turns.queue(1)
	time.Sleep(50 * time.Millisecond)
	if turns.take(1200, false) == 0 || turns.take(1200, true) != 0 {
		t.Error("a picture came before what goes again, or sound did not")
	}
	close(over)
	turns.limit(1)
	turns.take(1200, true)
	if turns.wait(1200, over) {
		t.Error("a turn after the end")
	}
}
