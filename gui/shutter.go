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
	s.last = now
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
