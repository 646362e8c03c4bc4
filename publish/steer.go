package publish

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// An Adapt says whose way the bit rate follows when several destinations share one encoder.
type Adapt string

// The policies.
const (
	AdaptMain    Adapt = "main"    // the first destination that is not the embedded server
	AdaptSlowest Adapt = "slowest" // the one with the worst way
	AdaptNone    Adapt = "none"    // nobody's: who cannot keep up loses pictures
)

// floorPart of the bit rate is the floor when the user has set none.
const floorPart = 10

// limits are the bounds of what adapts, in bit/s.
type limits struct {
	floor, most int // of the pictures; the user's bit rate is the most
	sound       int // goes with them
}

// limits implements studio.
func (l *live) limits() limits {
	bounds := limits{most: int(l.most.Load())}
	bounds.floor = min(cmp.Or(l.config.FloorBitRate, bounds.most/floorPart), bounds.most)
	if l.heard {
		bounds.sound = l.config.AudioBitRate
	}
	return bounds
}

// steer implements studio: it sets the encoder to what the policy says.
func (l *live) steer() {
	bounds := l.limits()
	rate := bounds.most
	for _, s := range l.followed() {
		if wants, ok := s.wants(bounds); ok {
			rate = min(rate, wants)
		}
	}
	l.video.rate.Store(int64(rate))
	l.saving.Lock()
	defer l.saving.Unlock()
	e := economy(l.video.economy.Load()).next(rate, bounds.most, l.config.Size, l.config.FrameRate.Float())
	l.video.economy.Store(int32(e))
}

// followed returns the outputs whose ways the bit rate follows.
func (l *live) followed() []*sender {
	if l.config.Adapt == AdaptNone {
		return nil
	}
	far := slices.DeleteFunc(slices.Clone(l.outputs()), func(s *sender) bool { return !s.isFar() })
	if l.config.Adapt == AdaptSlowest {
		return far
	}
	return far[:min(1, len(far))]
}

// follows implements studio.
func (l *live) follows(s *sender) bool { return slices.Contains(l.followed(), s) }

// refillEvery is the least time between two key frames for outputs that are not followed: each makes the pictures of all
// a little worse, and who cannot keep up would ask over and over.
const refillEvery = 2 * time.Second

// refill implements studio. The outputs that the pictures are made for get their key frame at once, the others in turns;
// one key frame serves all.
func (l *live) refill(s *sender) bool {
	if !l.follows(s) && !l.refills.due(time.Now()) {
		return false
	}
	l.keyframe()
	return true
}

// refills come at least refillEvery apart.
type refills struct {
	mu   sync.Mutex
	last time.Time
}

// due says whether it is time for another, which then is the last.
func (r *refills) due(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.last) < refillEvery {
		return false
	}
	r.last = now
	return true
}

// isFar says whether the bit rate may follow an output: it is wanted, not the embedded server, and what it says is not
// about pictures that were encoded long ago.
func (s *sender) isFar() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.delayed && s.config.Destination.Protocol() != "local" && s.state != Stopped && s.state != Refused
}
