package model

import (
	"time"

	"golive/capture"
	"golive/publish"
)

const (
	// holdFor is how long a meter marks the loudest peak, and warnFor how long it warns of one that was cut off.
	holdFor = 1500 * time.Millisecond
	warnFor = 3 * time.Second
	// clipped is the level from which on sound is cut off, in dBFS; a converter seldom reaches 0 itself.
	clipped = -0.1
)

// A Reading is what a meter shows, in dBFS for left and right; capture.Silence is the lowest.
type Reading struct {
	RMS, Peak, Hold [2]float64
	Clip            bool // it was cut off a moment ago
}

// Silent returns the Reading of silence.
func Silent() Reading {
	s := [2]float64{capture.Silence, capture.Silence}
	return Reading{RMS: s, Peak: s, Hold: s}
}

// A Meter gives levels the memory of a meter. The zero Meter has heard nothing.
type Meter struct {
	hold  [2]float64
	until [2]time.Time
	warn  time.Time
}

// Read returns what to show of a level now.
func (m *Meter) Read(now time.Time, l publish.SourceLevel) Reading {
	r := Reading{RMS: l.LevelDB, Peak: l.PeakDB}
	for c, peak := range l.PeakDB {
		if peak >= m.hold[c] || !now.Before(m.until[c]) {
			m.hold[c], m.until[c] = peak, now.Add(holdFor)
		}
		if peak >= clipped {
			m.warn = now.Add(warnFor)
		}
	}
	r.Hold, r.Clip = m.hold, now.Before(m.warn)
	return r
}
