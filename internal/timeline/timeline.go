// Package timeline places the packets of a stream in time, whoever publishes it and however their own times jump, and
// relates the stream's times to the time of day.
package timeline

import (
	"math"
	"time"

	"golive/encoder"
)

const (
	// maxLeap is how far ahead of the packet before it one may be, beyond the time that has passed since.
	maxLeap = 5 * time.Second
	// maxBack is how far behind it one may be: what a sender does that stumbles.
	maxBack = 100 * time.Millisecond
	// leastStep is how much later than the packet before it each one of a track is made to be: files and players take none
	// that goes back.
	leastStep = time.Millisecond
	// pictureGap lies between the last packet of one publisher and the first of the next, where no time counts between.
	pictureGap = time.Second / 30
)

// A Timeline places what publishers send on the clock of the stream. Who returns begins at zero again, and some jump:
// the stream goes on from where it is.
type Timeline struct {
	shifts [2]time.Duration // what is added, newest first: one track jumps before the other does
	tracks map[encoder.Codec]position
	newest time.Duration // DTS of all tracks
	At     time.Time     // when the last packet came
	begun  bool
	parted bool          // another publisher begins
	Absent time.Duration // how long there was none, in all
}

// A position is how far a track has come.
type position struct {
	dts time.Duration // of its newest packet
	at  time.Time     // when that came
}

// New returns a timeline that nothing was placed on.
func New() Timeline {
	return Timeline{At: time.Now(), tracks: map[encoder.Codec]position{}}
}

// Part says that another publisher begins.
func (l *Timeline) Part(now time.Time) { l.parted, l.At = l.begun, now }

// Place returns a packet that came at now with times of the stream. clock tells the time of the stream.
func (l *Timeline) Place(pkt *encoder.Packet, now time.Time, clock func(time.Time) time.Duration) *encoder.Packet {
	shift, fits := l.shift(pkt, now)
	if !fits {
		to := max(clock(now), l.newest+time.Millisecond)
		shift = to - pkt.DTS
		l.shifts = [2]time.Duration{shift, l.shifts[0]}
		if l.parted { // whatever is sent now is sent by somebody else
			l.parted, l.Absent = false, l.Absent+to-l.newest-pictureGap
			l.shifts[1] = shift
		}
	}
	dts := pkt.DTS + shift
	if last, ok := l.tracks[pkt.Stream.Codec]; ok {
		dts = max(dts, last.dts+leastStep)
	}
	l.tracks[pkt.Stream.Codec] = position{dts, now}
	l.newest, l.At, l.begun = max(l.newest, dts), now, true
	if dts == pkt.DTS {
		return pkt
	}
	moved := *pkt
	moved.DTS, moved.PTS = dts, max(dts, pkt.PTS+shift)
	return &moved
}

// shift returns what to add to the times of a packet; false when nothing so far makes it follow on what was before.
func (l *Timeline) shift(pkt *encoder.Packet, now time.Time) (best time.Duration, fits bool) {
	if !l.begun || l.parted {
		return 0, !l.begun
	}
	last, back := l.tracks[pkt.Stream.Codec], maxBack
	if last.at.IsZero() {
		last, back = position{l.newest, l.At}, maxLeap
	}
	passed, least := now.Sub(last.at), time.Duration(math.MaxInt64)
	for _, shift := range l.shifts {
		step := pkt.DTS + shift - last.dts
		if off := (step - passed).Abs(); step >= -back && step <= maxLeap+passed && off < least {
			best, least, fits = shift, off, true
		}
	}
	return best, fits
}
