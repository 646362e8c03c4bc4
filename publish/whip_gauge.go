package publish

import "time"

const (
	// rttSmoothing is the part by which a new round trip time changes the smoothed one.
	rttSmoothing = 2
	// leastTime is how far back the shortest round trip is looked for, twice: ways change.
	leastTime = 10 * time.Second
	// leastGap is the least time between two reports that a speed is told by.
	leastGap = 20 * time.Millisecond
	// holdLimit is how long less may be on its way, at most: by then the bit rate is lower, or the way is another.
	holdLimit = time.Second
	// gapSlack is by how much a round trip may vary before something waits on the way.
	gapSlack = 40 * time.Millisecond
)

// A gauge is what the reports of a receiver tell of the way as a whole.
type gauge struct {
	rtt   time.Duration    // of the newest packet in the newest report, smoothed
	least [2]time.Duration // the shortest of this leastTime, and of the one before
	turn  time.Time        // when this leastTime began
	told  time.Time        // when a report came that a speed was told by
	every time.Duration    // between two of them, smoothed
	bytes int64            // that have arrived since
	long  time.Time        // since when round trips are too long; zero while they are not
	room  int64            // bytes that may be on their way now; 0 is without limit
}

// report takes in how many bytes a report says have arrived, and the round trip time of the newest packet; zero when it
// tells of none.
func (g *gauge) report(now time.Time, arrived int64, rtt time.Duration) {
	if rtt > 0 {
		g.measure(now, rtt)
	}
	g.bytes += arrived
	gap := now.Sub(g.told)
	if gap < leastGap {
		return
	}
	if gap < noProgress {
		g.every += (min(gap, 2*feedbackEvery) - g.every) / 4
	} else {
		g.every = feedbackEvery
	}
	if rtt > 0 {
		g.hold(now, float64(g.bytes)/gap.Seconds(), rtt)
	}
	g.told, g.bytes = now, 0
}

// hold says how much may be on its way. When something waits there already, that is what comes through in good time: more
// would be lost where it waits.
func (g *gauge) hold(now time.Time, perSecond float64, rtt time.Duration) {
	g.room = 0
	if rtt <= g.shortest()+gapSlack {
		g.long = time.Time{}
		return
	}
	if g.long.IsZero() {
		g.long = now
	}
	if now.Sub(g.long) < holdLimit {
		g.room = max(leastHeld, int64(perSecond*(g.usual()+holdTime).Seconds()))
	}
}

// measure takes in a round trip time.
func (g *gauge) measure(now time.Time, rtt time.Duration) {
	if g.turn.IsZero() {
		g.turn, g.rtt, g.least = now, rtt, [2]time.Duration{rtt, rtt}
	}
	if now.Sub(g.turn) >= leastTime {
		g.turn, g.least = now, [2]time.Duration{rtt, g.least[0]}
	}
	g.least[0] = min(g.least[0], rtt)
	g.rtt += (rtt - g.rtt) / rttSmoothing
}

// shortest returns the round trip time of the way when nothing waits on it.
func (g *gauge) shortest() time.Duration { return min(g.least[0], g.least[1]) }

// usual returns after what time a packet is reported at the latest when nothing waits on the way.
func (g *gauge) usual() time.Duration { return g.shortest() + g.every }
