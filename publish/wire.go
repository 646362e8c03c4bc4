package publish

import (
	"net"
	"sync"
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
	// leastHeld is the least that a transport may hold, in bytes: on a busy computer acknowledgements come late.
	leastHeld = 24 << 10
)

// A wire is a TCP connection on which every write has a deadline that moves with its progress.
type wire struct {
	*net.TCPConn
	expired atomic.Bool // the deadline stands
	written atomic.Int64
	losses  lossMeter
}

// A socketState is what the kernel knows of a connection; zero where it does not.
type socketState struct {
	rtt      time.Duration
	queued   int64 // bytes that are not acknowledged
	ahead    int64 // of them, in whole packets, those that have arrived behind one that was lost
	sent     int64 // packets, each time
	resent   int64 // packets
	estimate int   // bit/s that the way has delivered when it was full, or more
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
		w.written.Add(int64(n))
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

// link returns what is known of the way.
func (w *wire) link() Link {
	written := w.written.Load() // before the rest: what is acknowledged was written
	s := inspect(w.TCPConn)
	return Link{
		AckedBytes: max(0, written-s.queued), Queued: s.queued, Ahead: s.ahead, RTT: s.rtt, Resent: s.resent, Estimate: s.estimate,
		Loss: w.losses.loss(time.Now(), s.sent, s.resent),
	}
}

// bound sets how many bytes the kernel may hold, of which it needs some to keep a way busy, and how many it may send a
// second.
func (w *wire) bound(bytes, perSecond int) { limit(w.TCPConn, bytes, perSecond) }

// lossTime is the time over which a loss is measured.
const lossTime = 5 * time.Second

// A lossMeter turns counts of packets into the loss of the last seconds.
type lossMeter struct {
	mu           sync.Mutex
	at           time.Time
	sent, resent int64 // then
	last         float64
}

func (m *lossMeter) loss(now time.Time, sent, resent int64) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at.IsZero() || now.Sub(m.at) >= lossTime {
		if packets := sent - m.sent; !m.at.IsZero() && packets > 0 {
			m.last = min(1, float64(resent-m.resent)/float64(packets))
		}
		m.at, m.sent, m.resent = now, sent, resent
	}
	return m.last
}
