package capture

import (
	"math"
	"sync"
	"time"
)

const (
	// trackLength is how much sound of a source is kept, at least, until the mixer has used it.
	trackLength = SampleRate
	// listenFirst is how many stretches of sound (of 10 ms) are listened to before the first is heard: what a sound
	// server says of its clock is off by as much as a stretch, and only the mean is right.
	listenFirst = 30
	// follow is the part of a difference that is corrected at once. It is small, so that the sawtooth of a server whose
	// periods are not quite ours (10 ms high, some seconds long) is not heard as a wobble.
	follow = 1.0 / 3000
	// learn is how fast the speed of the source's clock is learnt; with it no difference stays (a controller with a
	// damping of 1).
	learn = follow * follow / 4
	// maxSlew bounds how fast a source is sped up or slowed down: 0.5 %, which nobody hears.
	maxSlew = 0.005
	// resync is how far off a source must be, for patience stretches, before it is placed anew instead of being bent.
	resync   = 50 * time.Millisecond
	patience = 20
)

// A track holds the newest sound of one source and knows when each sample was heard. The source's own clock drifts
// against ours; the track follows it by reading between samples.
type track struct {
	mu      sync.Mutex
	samples []float32 // stereo, from sample number first on
	first   int64     // the number of samples[0], counted from the beginning of the source
	end     int64     // the number after the last one
	origin  float64   // when sample number 0 was heard, in seconds, by the mean of what the source said
	speed   float64   // how much origin moves with each stretch: what the source's clock runs slow
	heard   int       // stretches, since it was placed
	strays  int       // of these, the newest ones that were far off
	drift   float64   // seconds that the last stretches were off, smoothed
}

// push appends what a source delivered.
func (t *track) push(f *AudioFrame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := int64(len(f.Samples) / Channels)
	t.correct(f.PTS, float64(n)/SampleRate)
	t.samples = append(t.samples, f.Samples...)
	t.end += n
	if over := len(t.samples)/Channels - trackLength; over > trackLength { // in one go, once a second
		t.samples = t.samples[:copy(t.samples, t.samples[over*Channels:])]
		t.first += int64(over)
	}
}

// correct learns from a stretch of sound, length seconds long, that the source says was heard at pts.
func (t *track) correct(pts time.Duration, length float64) {
	off := pts.Seconds() - float64(t.end)/SampleRate - t.origin
	if math.Abs(off) <= resync.Seconds() {
		t.strays = 0
	} else if t.strays++; t.heard > 0 && t.strays < patience {
		return
	} else {
		t.samples = t.samples[:0]
		t.first, t.end, t.heard, t.strays, t.speed, t.drift = 0, 0, 0, 0, 0, 0
		t.origin, off = pts.Seconds(), 0
	}
	t.heard++
	if t.heard <= listenFirst {
		t.origin += off / float64(t.heard)
		return
	}
	limit := maxSlew * length
	t.speed = max(-limit, min(limit, t.speed+learn*off))
	t.origin += max(-limit, min(limit, follow*off+t.speed))
	t.drift += (off - t.drift) / 300
}

// read reads the instants from the time at on into dst (stereo): silence where the source has none.
func (t *track) read(dst []float32, at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.heard < listenFirst {
		clear(dst)
		return
	}
	start := (at.Seconds() - t.origin) * SampleRate
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
