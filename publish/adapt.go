package publish

import (
	"time"
)

// The controller works like a person at a tap: it closes it quickly to what comes through when the queue grows, waits for
// the queue to go, and opens it again little by little.
const (
	// shortQueue is by how much a queue may be longer than usual, and be left alone: an ordinary key frame makes one.
	shortQueue = 100 * time.Millisecond
	// longQueue is too much whatever goes through.
	longQueue = 500 * time.Millisecond
	// shortTime is how long a queue must be too long to be believed.
	shortTime = 75 * time.Millisecond
	// startTime is what a transport has to find out what the way carries, which makes a queue behind the first key frame.
	startTime = 2 * time.Second
	// tripSlack is by how much the round trip time may vary, besides as much as itself.
	tripSlack = 30 * time.Millisecond
	// calmQueue is by how much a queue may be longer than usual for the bit rate to rise.
	calmQueue = 60 * time.Millisecond
	// keepsUp is the part of what is sent that must be acknowledged for a way that keeps up.
	keepsUp = 0.9
	// cutTo is the part of what comes through that is sent after a cut: the rest of the way empties the queue.
	cutTo = 0.85
	// believed is the part of a transport's own estimate that is used.
	believed = 0.95
	// maxCut is the part of the bit rate that a cut leaves at least: a way that stops for a moment is not as narrow as it
	// seems.
	maxCut = 4
	// maxDrain is the longest time that a queue is thought to need to drain.
	maxDrain = 2 * time.Second
	// cutAgain is the least time between two cuts: a cut must show first.
	cutAgain = 600 * time.Millisecond
	// climbStep of the ceiling is added each climbEvery, so that nothing to all takes some 12 s.
	climbStep, climbEvery = 0.04, 500 * time.Millisecond
	// knownLimit is how long after a cut the bit rate stays below what came through then.
	knownLimit = 4 * time.Second
	// usualTime is how far back the usual queue is looked for.
	usualTime = 5 * time.Second
	// maxUsual is by how much the usual queue may be longer than the round trip time.
	maxUsual = 100 * time.Millisecond
)

// A reading is what is known of a way at a moment.
type reading struct {
	queue    time.Duration // the age of the oldest media that is not acknowledged
	pushed   int           // bit/s that were queued lately
	acked    int           // bit/s that were acknowledged lately
	rtt      time.Duration // the least of the connection
	trip     time.Duration // the round trip time now
	resent   int64         // packets that were lost lately
	estimate int           // bit/s that the transport believes in, when it has no acknowledgements; else 0
}

// An adapter finds the bit rate of the pictures that the way to one destination carries. Its times are those of its
// readings.
type adapter struct {
	limits
	rate int // bit/s of the pictures

	usual   [2]time.Duration // the shortest queue of this usualTime, and of the one before
	turn    time.Time        // when this usualTime began
	begun   time.Time        // when the connection began
	grown   time.Time        // since when the queue is longer than it should be; zero while it is not
	uneasy  time.Time        // when it last was, and the way was full
	cut     time.Time
	carried int           // bit/s of pictures that came through at the last cut
	before  int           // bit/s before it
	drain   time.Duration // how long the queue needs after it, if the way is as narrow as it seems; zero when that is settled
	climbed time.Time
}

// limit sets the bounds. A bit rate at the old ceiling goes with it.
func (a *adapter) limit(l limits) {
	if a.rate == a.most {
		a.rate = l.most
	}
	a.limits = l
	a.rate = max(l.floor, min(a.rate, l.most))
}

// reconnect forgets what belonged to another connection, and begins in the middle at least: the way may be as good as
// before.
func (a *adapter) reconnect() {
	a.usual, a.turn, a.grown, a.uneasy, a.cut = [2]time.Duration{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	a.drain = 0
	a.rate = max(a.rate, a.floor, a.most/2)
}

// shed takes note that what waited was dropped: that the queue is short says nothing then.
func (a *adapter) shed() { a.drain = 0 }

// step takes a reading and returns the bit rate for the pictures from now on.
func (a *adapter) step(now time.Time, r reading) int {
	extra := r.queue - a.learn(now, r)
	switch {
	case extra <= calmQueue+r.rtt/4 && now.Sub(a.cut) < a.drain/2:
		a.rate, a.drain, a.cut = min(a.most, max(a.rate, a.before)), 0, time.Time{}
	case r.estimate > 0 && int(believed*float64(r.estimate)) < a.rate+a.sound:
		a.carried = r.estimate - a.sound
		a.lower(now, int(believed*float64(r.estimate))-a.sound)
	case a.congested(now, r, extra):
		if now.Sub(a.cut) >= cutAgain {
			a.close(now, r.acked, extra)
		}
	case extra <= calmQueue+r.rtt/4:
		a.climb(now, r)
	}
	return a.rate
}

// learn returns the usual queue: the shortest of the last time, but no longer than the round trip explains.
func (a *adapter) learn(now time.Time, r reading) time.Duration {
	if a.turn.IsZero() {
		a.begun = now
		a.turn, a.usual = now, [2]time.Duration{r.queue, r.queue}
	}
	if now.Sub(a.turn) >= usualTime {
		a.turn, a.usual = now, [2]time.Duration{r.queue, a.usual[0]}
	}
	a.usual[0] = min(a.usual[0], r.queue)
	return min(a.usual[0], a.usual[1], r.rtt+maxUsual)
}

// congested says whether the queue grows because the way does not keep up. A key frame makes a queue too, but then the
// way carries more than the bit rate, or the transport is only slow to believe that it could: nothing waits on the way,
// and nothing is lost.
func (a *adapter) congested(now time.Time, r reading, extra time.Duration) bool {
	if extra < shortQueue+r.rtt {
		a.grown = time.Time{}
		return false
	}
	if a.grown.IsZero() {
		a.grown = now
	}
	sent := float64(min(r.pushed, a.rate+a.sound))
	lasts := now.Sub(a.grown)
	full := now.Sub(a.begun) >= startTime && (r.trip > 2*r.rtt+tripSlack && lasts >= shortTime ||
		(r.resent > 0 || r.acked == 0) && lasts >= speedWindow)
	if full {
		a.uneasy = now
	}
	return full && float64(r.acked) < keepsUp*sent ||
		extra > longQueue+r.rtt && lasts >= speedWindow && float64(r.acked) < sent/keepsUp
}

// close goes below what comes through. A way that stands still tells nothing of its width. When the queue is gone sooner
// than a narrow way could have carried it, it only stood still for a moment, and step takes the cut back. A second cut soon after
// the first stays: the way was narrow for longer than that.
func (a *adapter) close(now time.Time, comes int, extra time.Duration) {
	again := now.Sub(a.cut) <= maxDrain
	a.before, a.drain = a.rate, 0
	if comes == 0 {
		if !again {
			a.drain = 2 * extra
		}
		a.carried = a.most
		a.lower(now, a.rate/2)
		return
	}
	if !again {
		a.drain = min(maxDrain, time.Duration(float64(extra)*float64(a.rate+a.sound)/float64(comes)))
	}
	a.carried = max(0, comes-a.sound)
	a.lower(now, max(a.rate/maxCut, int(cutTo*float64(min(comes-a.sound, a.rate)))))
}

func (a *adapter) lower(now time.Time, to int) {
	a.rate = max(a.floor, min(a.rate, to))
	a.cut, a.climbed = now, now
}

// climb goes up a step when it is time.
func (a *adapter) climb(now time.Time, r reading) {
	if a.rate >= a.most || now.Sub(a.uneasy) < climbEvery || now.Sub(a.climbed) < climbEvery {
		return
	}
	next := min(a.most, a.rate+max(1, int(climbStep*float64(a.most))))
	if now.Sub(a.cut) < knownLimit {
		next = min(next, max(a.rate, int(keepsUp*float64(a.carried))))
	}
	if r.estimate > 0 {
		next = min(next, max(a.rate, int(believed*float64(r.estimate))-a.sound))
	}
	a.rate, a.climbed = next, now
}
