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
	// climbStep of the ceiling is added each climbEvery, so that nothing to all takes some 10 s.
	climbStep, climbEvery = 0.05, 500 * time.Millisecond
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
	steady   int           // bit/s that were acknowledged in the last second
	rtt      time.Duration // the least of the connection
	trip     time.Duration // the round trip time now
	resent   int64         // packets that were lost lately
	estimate int           // bit/s that the transport believes in, when it has no acknowledgements; else 0
}

// full says whether packets wait on the way.
func (r reading) full() bool { return r.trip > 2*r.rtt+tripSlack }

// comes returns the bit/s that come through. As long as nothing waits on the way, losses make that uneven; else only what
// came last tells how wide it is now.
func (r reading) comes() int {
	if r.full() || r.acked == 0 {
		return r.acked
	}
	return max(r.acked, r.steady)
}

// An adapter finds the bit rate of the pictures that the way to one destination carries. Its times are those of its
// readings.
type adapter struct {
	limits
	rate int // bit/s of the pictures

	usual   [2]time.Duration // the shortest queue of this usualTime, and of the one before
	turn    time.Time        // when this usualTime began
	begun   time.Time        // when the connection began
	dropped time.Time        // when what waited was last dropped
	grown   time.Time        // since when the queue is longer than it should be; zero while it is not
	uneasy  time.Time        // when it last was, and the way was full
	cut     time.Time
	carried int           // bit/s of pictures that came through at the last cut
	before  int           // bit/s before it
	drain   time.Duration // how long the queue needs after it, if the way is as narrow as it seems; zero when that is settled
	stalled int           // bit/s before the way stood still; zero when that is over
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
	a.begun, a.dropped = time.Time{}, time.Time{}
	a.usual, a.turn, a.grown, a.uneasy, a.cut = [2]time.Duration{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	a.drain, a.stalled = 0, 0
	a.rate = max(a.rate, a.floor, a.most/2)
}

// shed takes note that what waited was dropped: that the queue is gone soon after says nothing.
func (a *adapter) shed(now time.Time) { a.dropped, a.drain = now, 0 }

// starts says whether the transport still finds out what the way carries.
func (a *adapter) starts(now time.Time) bool { return a.begun.IsZero() || now.Sub(a.begun) < startTime }

// step takes a reading and returns the bit rate for the pictures from now on.
func (a *adapter) step(now time.Time, r reading) int {
	extra := r.queue - a.learn(now, r)
	calm := extra <= calmQueue+r.rtt/4
	switch {
	case calm && a.stalled > 0:
		a.rate, a.stalled, a.cut = min(a.most, max(a.rate, a.stalled)), 0, time.Time{}
	case calm && now.Sub(a.cut) < a.drain/2:
		a.rate, a.drain, a.cut = min(a.most, max(a.rate, a.before)), 0, time.Time{}
	case r.estimate > 0 && int(believed*float64(r.estimate)) < a.rate+a.sound:
		a.carried = r.estimate - a.sound
		a.lower(now, int(believed*float64(r.estimate))-a.sound)
	case a.congested(now, r, extra):
		if now.Sub(a.cut) >= cutAgain {
			a.close(now, r, extra)
		}
	case calm:
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
	full := !a.starts(now) && (r.full() && lasts >= shortTime ||
		(r.resent > 0 || r.acked == 0) && lasts >= speedWindow)
	if full {
		a.uneasy = now
	}
	return full && float64(r.acked) < keepsUp*sent ||
		extra > longQueue+r.rtt && lasts >= speedWindow && float64(r.acked) < sent/keepsUp
}

// close goes below what comes through. A way that stands still tells nothing of its width: step takes such cuts back when
// it moves again. When the queue is gone sooner than a narrow way could have carried it, it only stood still for a moment,
// too. A second cut soon after the first stays: the way was narrow for longer than that.
func (a *adapter) close(now time.Time, r reading, extra time.Duration) {
	comes := r.comes()
	if comes == 0 {
		a.stalled = max(a.stalled, a.rate)
		a.carried, a.drain = a.most, 0
		a.lower(now, a.rate/2)
		return
	}
	again := now.Sub(a.cut) <= maxDrain || now.Sub(a.dropped) <= maxDrain
	a.before, a.drain, a.stalled = a.rate, 0, 0
	if !again {
		a.drain = min(maxDrain, time.Duration(float64(extra)*float64(a.rate+a.sound)/float64(comes)))
	}
	a.carried = max(0, comes-a.sound)
	if !r.full() { // it is the transport that is slow, which may change soon
		a.carried = a.most
	}
	a.lower(now, max(a.rate/maxCut, int(cutTo*float64(min(comes-a.sound, a.rate)))))
}

func (a *adapter) lower(now time.Time, to int) {
	a.rate = max(a.floor, min(a.rate, to))
	a.cut, a.climbed = now, now
}

// drains says whether the queue drains after a cut: then nothing should go faster than the way carries.
func (a *adapter) drains(now time.Time, r reading) bool {
	return a.stalled == 0 && now.Sub(a.cut) < drainsAfter && r.full()
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
