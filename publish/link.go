package publish

import (
	"errors"
	"sync"
)

// A link is the Feedback of one connection.
type link struct {
	keyframe func()
	lost     chan struct{} // closed when the connection is gone

	mu  sync.Mutex
	err error
}

// Keyframe implements Feedback.
func (l *link) Keyframe() { l.keyframe() }

// Lost implements Feedback.
func (l *link) Lost(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return
	}
	if err == nil {
		err = errors.New("the connection is lost")
	}
	l.err = err
	close(l.lost)
}

// reason returns why the connection is gone, nil while it is not.
func (l *link) reason() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
