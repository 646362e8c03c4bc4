package publish

import (
	"net"
	"sync/atomic"
	"time"
)

const (
	// noProgress is how long a link may take nothing before it is dead.
	noProgress = 5 * time.Second
	// writePiece is what must go through within noProgress: a slow link that moves is not a dead one.
	writePiece = 16 << 10
	// farewell bounds what closing a connection may still send and wait for.
	farewell = 300 * time.Millisecond
)

// A wire is a TCP connection on which every write has a deadline that moves with its progress.
type wire struct {
	*net.TCPConn
	expired atomic.Bool // the deadline stands
}

func newWire(c *net.TCPConn) *wire {
	tune(c)
	return &wire{TCPConn: c}
}

// Write writes b in pieces.
func (w *wire) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		if !w.expired.Load() {
			w.SetWriteDeadline(time.Now().Add(noProgress))
			if w.expired.Load() { // it came in between
				w.TCPConn.SetWriteDeadline(time.Now().Add(farewell))
			}
		}
		n, err := w.TCPConn.Write(b[done:min(done+writePiece, len(b))])
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// SetWriteDeadline implements net.Conn. It does not move the deadline of expire: crypto/tls would, to five seconds for a
// farewell of its own.
func (w *wire) SetWriteDeadline(t time.Time) error {
	if w.expired.Load() {
		return nil
	}
	return w.TCPConn.SetWriteDeadline(t)
}

// expire gives all writing, also one that is blocked now, no more than farewell.
func (w *wire) expire() {
	w.expired.Store(true)
	w.TCPConn.SetWriteDeadline(time.Now().Add(farewell))
}

// inspect returns the round trip time and what the kernel has not sent yet in bytes, zero where they are unknown.
func (w *wire) inspect() (rtt time.Duration, unsent int) { return inspect(w.TCPConn) }
