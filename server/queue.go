package server

import (
	"slices"
	"sync"
	"time"

	"golive/encoder"
)

// A unit is a packet on its way to a viewer. It is immutable and shared by all viewers.
type unit struct {
	pkt       *encoder.Packet
	payloads  [][]byte      // of the RTP packets; nil where RTP is not spoken
	timestamp uint32        // RTP
	pts       time.Duration // on the clock of HLS, and
	wall      time.Time     // the time of day of its PTS; for HLS
}

func (u *unit) video() bool { return u.pkt.Stream.Codec.Video() }

// A queue holds what one viewer has not taken yet, bounded in bytes. When it is full, video is dropped up to the next
// key frame, and sound is kept as long as it fits by itself.
type queue struct {
	limit int // bytes

	mu      sync.Mutex
	filled  sync.Cond // something to pop
	units   []*unit
	bytes   int
	dropped int64 // packets
	taken   int64 // bytes
	gap     bool  // video waits for a key frame
	closed  bool
	stuck   time.Time // when it was full first since it was empty last; the zero time when it was not
}

// maxStuck is how long a viewer may be behind without ever catching up.
const maxStuck = 10 * time.Second

func newQueue(limit int) *queue {
	q := &queue{limit: limit, gap: true}
	q.filled.L = &q.mu
	return q
}

// push adds u and never blocks. It says whether the viewer needs a key frame to go on.
func (q *queue) push(u *unit) (needKeyframe bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if q.bytes+u.pkt.Size() > q.limit && len(q.units) > 0 {
		q.dropVideo()
	}
	switch {
	case u.video() && u.pkt.Keyframe:
		q.gap = false
	case u.video() && q.gap, !u.video() && q.bytes+u.pkt.Size() > q.limit:
		q.dropped++
		return q.gap
	}
	q.add(u)
	return q.gap && u.video()
}

// begin adds what a viewer starts with, whatever its size: all viewers share it.
func (q *queue) begin(units []*unit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(units) == 0 {
		return
	}
	q.gap = false
	for _, u := range units {
		q.add(u)
	}
}

func (q *queue) add(u *unit) {
	q.units = append(q.units, u)
	q.bytes += u.pkt.Size()
	q.filled.Signal()
}

// lost says whether the viewer has been behind for too long.
func (q *queue) lost() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.stuck.IsZero() && time.Since(q.stuck) > maxStuck
}

// cut says that pictures are of no use before the next key frame.
func (q *queue) cut() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gap = true
}

// dropVideo forgets the pictures that wait. What follows is of no use before the next key frame.
func (q *queue) dropVideo() {
	before := len(q.units)
	q.units = slices.DeleteFunc(q.units, (*unit).video)
	q.bytes = 0
	for _, u := range q.units {
		q.bytes += u.pkt.Size()
	}
	q.dropped += int64(before - len(q.units))
	q.gap = true
	if q.stuck.IsZero() {
		q.stuck = time.Now()
	}
}

// pop blocks until there is a unit; false after close.
func (q *queue) pop() (*unit, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.units) == 0 && !q.closed {
		q.filled.Wait()
	}
	return q.take()
}

// poll returns a unit if there is one.
func (q *queue) poll() (*unit, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.take()
}

func (q *queue) take() (*unit, bool) {
	if q.closed || len(q.units) == 0 {
		return nil, false
	}
	u := q.units[0]
	q.units[0] = nil
	q.units = q.units[1:]
	q.bytes -= u.pkt.Size()
	q.taken += int64(u.pkt.Size())
	if len(q.units) == 0 {
		q.stuck = time.Time{}
	}
	return u, true
}

// tally returns the bytes that were taken, and the packets that were dropped.
func (q *queue) tally() (taken, dropped int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.taken, q.dropped
}

// close unblocks pop. It may be called twice.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.units = true, nil
	q.filled.Broadcast()
}
