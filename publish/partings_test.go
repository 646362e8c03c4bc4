package publish

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A server that still believes in the connection that has just ended by hand says no for a while.
func TestRefusalAfterOwnConnectionIsNotForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := fmt.Errorf("h %w: already publishing", ErrRefused)
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){lives(time.Hour), fails(busy), fails(busy), lives(time.Hour)}}
		s := startTestSender(d)
		time.Sleep(500 * time.Millisecond)
		s.end(time.Now())
		time.Sleep(100 * time.Millisecond)
		s.start()
		time.Sleep(200 * time.Millisecond)
		if o, _ := s.stats(); o.State != Reconnecting || o.Error != busy.Error() {
			t.Errorf("after the first no: %+v", o)
		}
		time.Sleep(5 * time.Second)
		if got := state(s); got != Live {
			t.Errorf("%v when the server takes it again", got)
		}
		s.end(time.Now())
	})
}

// One that goes on saying no is believed after a time, and so is a no to the first connection.
func TestRefusalIsBelievedInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := fmt.Errorf("h %w: already publishing", ErrRefused)
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){lives(time.Hour), fails(busy)}}
		s := startTestSender(d)
		time.Sleep(500 * time.Millisecond)
		s.end(time.Now())
		s.start()
		time.Sleep(staleParting - time.Second)
		if got := state(s); got == Refused {
			t.Error("refused after a moment")
		}
		time.Sleep(4 * time.Second)
		if got := state(s); got != Refused {
			t.Errorf("%v after %v of refusals", got, staleParting)
		}
		dials := len(d.gaps()) + 1
		s.start()
		time.Sleep(time.Second)
		if got := state(s); got != Refused || len(d.gaps()) != dials {
			t.Errorf("%v, and %d attempts more", got, len(d.gaps())+1-dials)
		}
		s.end(time.Now())
	})
}
