package gui

import (
	"sync"
	"time"

	"golive/gui/model"
)

const (
	// peekEvery is how often it is looked whether the window can be seen.
	peekEvery = time.Second / 2
	// highLoad is the load of the encoder from which on the preview leaves it more of the computer.
	highLoad = 0.8
	// idleCores is what Golive may take of a computer, in cores, while it only shows what would be seen and has no GPU to
	// draw with; when it takes less than thrifty, the preview may become quicker again.
	idleCores, thrifty = 0.19, 0.16
	// step is how much slower or quicker the preview gets at once, and slowest how slow.
	step, slowestPreview = 1.01, 2.0
)

// A visibility says whether a window can be seen.
type visibility interface {
	visible() bool
	close()
}

// A shutter decides when the preview shows another picture: as often as the settings say, less when the encoder is
// highLoad, and never while the window cannot be seen. It is for one goroutine, but for watch and close.
type shutter struct {
	mu     sync.Mutex
	window visibility // nil: not known

	software bool    // the processor draws the window
	stretch  float64 // of the time between two pictures, to spare an idle computer

	every  time.Duration // between two pictures
	last   time.Time     // of the last one
	peeked time.Time
	shut   bool // the window cannot be seen
}

// watch looks at a window from now on.
func (s *shutter) watch(v visibility) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.window = v
}

// adapt takes over what the settings and the broadcast say.
func (s *shutter) adapt(now model.State) {
	s.every = time.Second / time.Duration(max(1, now.Settings.PreviewRate))
	if now.Figures.EncoderLoad > highLoad {
		s.every *= 2
	}
	if s.software {
		s.every = s.spare(now, max(s.every, fastestSoft))
	}
}

// spare makes the preview of an idle window slower until Golive takes no more than idleCores.
func (s *shutter) spare(now model.State, every time.Duration) time.Duration {
	s.stretch = max(s.stretch, 1)
	switch {
	case now.OnAir():
		s.stretch = 1
	case now.Stats.CPUCores > idleCores:
		s.stretch = min(s.stretch*step, slowestPreview)
	case now.Stats.CPUCores < thrifty:
		s.stretch = max(s.stretch/step, 1)
	}
	return time.Duration(float64(every) * s.stretch)
}

// open says whether it is time for another picture.
func (s *shutter) open(now time.Time) bool {
	if now.Sub(s.peeked) >= peekEvery {
		s.peeked = now
		s.mu.Lock()
		s.shut = s.window != nil && !s.window.visible()
		s.mu.Unlock()
	}
	if s.shut || now.Sub(s.last) < s.every-time.Millisecond {
		return false
	}
	s.last = s.last.Add(s.every) // so that the rate is right, however seldom it is asked
	if now.Sub(s.last) > s.every {
		s.last = now
	}
	return true
}

func (s *shutter) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.window != nil {
		s.window.close()
	}
	s.window = nil
}
