package publish

import (
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// attemptTime is what a destination has to answer.
	attemptTime = 2 * time.Second
	// settled is how long a connection must live to count as accepted: many servers refuse by closing.
	settled = 2 * time.Second
	// hangUps is how many times in a row a server may close at once before that is a refusal.
	hangUps = 3
	// backupAfter is how long a destination fails before the other one of its output is tried.
	backupAfter = 10 * time.Second
	// staleStream is how long a server may take a lost connection for one that still publishes, and say no to the next.
	staleStream = 2 * time.Minute
)

// A retry decides, after each failure of one destination, whether and when to try again.
type retry struct {
	failures int       // since a connection settled
	closed   int       // times in a row that the server hung up at once
	failing  time.Time // since when the destination has not been live
	lost     time.Time // when the last settled connection ended; zero when there was none
	atOnce   bool      // the server has asked for another connection
}

// refused takes note of a failure: err says why, lived how long the connection was live, zero when it was never, and
// echo whether the no may be meant for a connection of ours that has just ended. It says whether the destination has said
// no for good.
func (r *retry) refused(err error, lived time.Duration, echo bool) bool {
	switch {
	case lived >= settled:
		*r = retry{lost: time.Now(), failing: time.Now()}
	case lived > 0 || errors.Is(err, errHangUp):
		r.closed++
	default:
		r.closed = 0
	}
	r.failures++
	r.atOnce = lived >= settled && errors.Is(err, errReconnect)
	if !r.lost.IsZero() && time.Since(r.lost) < staleStream {
		return false
	}
	return errors.Is(err, ErrRefused) && !echo || r.closed >= hangUps
}

// elsewhere says whether it is time to try another destination, which then has its own time.
func (r *retry) elsewhere() bool {
	if time.Since(r.failing) < backupAfter {
		return false
	}
	r.failing = time.Now()
	return true
}

// delay returns how long after the beginning of the failed attempt, or the loss of the connection, the next attempt
// begins.
func (r *retry) delay() time.Duration {
	switch {
	case r.atOnce:
		return 0
	case r.failures == 1:
		return 500 * time.Millisecond
	case r.failures == 2:
		return time.Second
	}
	return time.Duration((0.8 + 0.4*rand.Float64()) * float64(2*time.Second))
}
