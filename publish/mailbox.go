package publish

import (
	"sync"

	"golive/capture"
)

// A mailbox holds at most one picture, the latest: capture never waits for the encoder.
type mailbox struct {
	mu    sync.Mutex
	full  *sync.Cond
	frame *capture.VideoFrame
	ended bool
}

func newMailbox() *mailbox {
	m := &mailbox{}
	m.full = sync.NewCond(&m.mu)
	return m
}

// put retains f and leaves it. It says whether it took the place of another picture, which nobody will see.
func (m *mailbox) put(f *capture.VideoFrame) (replaced bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return false
	}
	if replaced = m.frame != nil; replaced {
		m.frame.Release()
	}
	m.frame = f.Retain()
	m.full.Signal()
	return replaced
}

// take waits for a picture, which the caller must Release; nil when there will be no more.
func (m *mailbox) take() *capture.VideoFrame {
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.frame == nil && !m.ended {
		m.full.Wait()
	}
	f := m.frame
	m.frame = nil
	return f
}

// end lets take return what is there, and then nil.
func (m *mailbox) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = true
	m.full.Broadcast()
}
