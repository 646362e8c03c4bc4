package capture

import (
	"slices"
	"sync/atomic"
	"time"
)

// A ring carries sound from the sound thread to one reader without a lock and without allocating. When the reader is
// too slow, what is new is lost.
type ring struct {
	slots   [ringSlots]slot
	written atomic.Uint64
	taken   atomic.Uint64
	ready   chan struct{} // gets a value when there is something to read
}

// 64 slots of 10 ms are more than any reader of ours ever sleeps.
const ringSlots = 64

// A slot holds one callback's worth: at most 100 ms of stereo.
type slot struct {
	at      time.Duration // when it arrived
	n       int
	samples [Channels * SampleRate / 10]float32
}

func newRing() *ring { return &ring{ready: make(chan struct{}, 1)} }

// write stores n samples of little-endian floats that arrived at the time at.
func (r *ring) write(at time.Duration, src []byte, n int) {
	w := r.written.Load()
	if w-r.taken.Load() == ringSlots {
		return
	}
	s := &r.slots[w%ringSlots]
	s.at = at
	s.n = decodeF32(s.samples[:], src[:min(len(src), 4*n)])
	r.written.Store(w + 1)
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// read takes the oldest stretch; ok is false when there is none.
func (r *ring) read() (at time.Duration, samples []float32, ok bool) {
	t := r.taken.Load()
	if t == r.written.Load() {
		return 0, nil, false
	}
	s := &r.slots[t%ringSlots]
	at, samples = s.at, slices.Clone(s.samples[:s.n])
	r.taken.Store(t + 1)
	return at, samples, true
}
