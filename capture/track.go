package capture

import (
	"math"
	"sync"
	"time"
)

const (
	// trackLength is how much sound of a source is kept until the mixer has used it.
	trackLength = SampleRate
	// settle is how many stretches of sound the mean of a source's clock is taken over: about 10 s of 10 ms.
	settle = 1000
	// maxSlew bounds how fast a source is sped up or slowed down: 0.5 %, which nobody hears.
	maxSlew = 0.005
	// resync is how far off a source must be before it is placed anew instead of being bent into place.
	resync = 50 * time.Millisecond
)

// A track holds the newest sound of one source and knows when each sample was heard. The source's own clock drifts
// against ours; the track follows it by reading between samples, at a speed at most 0.5 % off.
type track struct {
	mu      sync.Mutex
	samples []float32     // stereo, from sample number first on
	first   int64         // the number of samples[0], counted from the beginning of the source
	end     int64         // the number after the last one
	origin  time.Duration // when sample number 0 was heard, by the mean of what the source said
	heard   int           // stretches in that mean, at most settle
	drift   time.Duration // what the last stretch was off, smoothed
}

// push appends what a source delivered.
func (t *track) push(f *AudioFrame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	off := f.PTS - Duration(t.end, Rational{SampleRate, 1}) - t.origin
	if t.heard == 0 || off.Abs() > resync {
		t.place(f.PTS)
		off = 0
	}
	t.heard = min(t.heard+1, settle)
	step := off / time.Duration(t.heard)
	if t.heard > settle/20 {
		limit := time.Duration(maxSlew * float64(Duration(int64(len(f.Samples)/Channels), Rational{SampleRate, 1})))
		step = max(-limit, min(limit, step))
	}
	t.origin += step
	t.drift += (off - t.drift) / 100

	t.samples = append(t.samples, f.Samples...)
	t.end += int64(len(f.Samples) / Channels)
	if over := len(t.samples)/Channels - trackLength; over > 0 {
		t.samples = t.samples[:copy(t.samples, t.samples[over*Channels:])]
		t.first += int64(over)
	}
}

// place begins anew: the next sample is heard at pts.
func (t *track) place(pts time.Duration) {
	t.samples = t.samples[:0]
	t.first, t.end, t.heard, t.drift = 0, 0, 0, 0
	t.origin = pts
}

// add reads the n instants from the time at on, into dst (stereo): silence where the source has none.
func (t *track) read(dst []float32, at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	start := (at - t.origin).Seconds() * SampleRate
	base := math.Floor(start)
	frac := float32(start - base)
	for i := 0; i < len(dst); i += Channels {
		n := int64(base) + int64(i/Channels) - t.first
		for c := range Channels {
			dst[i+c] = hermite(t.sample(n-1, c), t.sample(n, c), t.sample(n+1, c), t.sample(n+2, c), frac)
		}
	}
}

// sample returns one channel of the n-th kept instant, silence outside.
func (t *track) sample(n int64, channel int) float32 {
	i := n*Channels + int64(channel)
	if i < 0 || i >= int64(len(t.samples)) {
		return 0
	}
	return t.samples[i]
}

// hermite is the cubic through b and c, x of the way from b to c, with the slopes of their neighbours (Catmull-Rom).
func hermite(a, b, c, d, x float32) float32 {
	return b + x*0.5*(c-a+x*(2*a-5*b+4*c-d+x*(3*(b-c)+d-a)))
}
