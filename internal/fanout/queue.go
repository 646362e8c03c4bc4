package fanout

import (
	"slices"
	"sync"
	"time"
)

// A Queue holds what one viewer has not taken yet, bounded in bytes. When it is full, video is dropped up to the next
// key frame, and sound is kept as long as it fits by itself.
type Queue struct {
	limit int // bytes

	mu      sync.Mutex
	filled  sync.Cond // something to pop
	units   []*Unit
	bytes   int
	dropped int64 // packets
	taken   int64 // bytes
	gap     bool  // video waits for a key frame
	closed  bool
	stuck   time.Time // when it was full first since it was empty last; the zero time when it was not
}

// MaxStuck is how long a viewer may be behind without ever catching up.
const MaxStuck = 10 * time.Second

// NewQueue returns one of so many bytes.
func NewQueue(limit int) *Queue {
	q := &Queue{limit: limit, gap: true}
	q.filled.L = &q.mu
	return q
}

// Push adds u and never blocks. It says whether the viewer needs a key frame to go on.
func (q *Queue) Push(u *Unit) (needKeyframe bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if q.bytes+u.Packet.Size() > q.limit && len(q.units) > 0 {
		q.dropVideo()
	}
	switch {
	case u.Video() && u.Packet.Keyframe:
		q.gap = false
	case u.Video() && q.gap, !u.Video() && q.bytes+u.Packet.Size() > q.limit:
		q.dropped++
		return q.gap
	}
	q.add(u)
	return q.gap && u.Video()
}

// Begin adds what a viewer starts with, whatever its size: all viewers share it.
func (q *Queue) Begin(units []*Unit) {
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

func (q *Queue) add(u *Unit) {
	q.units = append(q.units, u)
	q.bytes += u.Packet.Size()
	q.filled.Signal()
}

// Lost says whether the viewer has been behind for too long.
func (q *Queue) Lost() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.stuck.IsZero() && time.Since(q.stuck) > MaxStuck
}

// Cut says that pictures are of no use before the next key frame.
func (q *Queue) Cut() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gap = true
}

// dropVideo forgets the pictures that wait. What follows is of no use before the next key frame.
func (q *Queue) dropVideo() {
	before := len(q.units)
	q.units = slices.DeleteFunc(q.units, (*Unit).Video)
	q.bytes = 0
	for _, u := range q.units {
		q.bytes += u.Packet.Size()
	}
	q.dropped += int64(before - len(q.units))
	q.gap = true
	if q.stuck.IsZero() {
		q.stuck = time.Now()
	}
}

// Pop blocks until there is a unit; false after close.
func (q *Queue) Pop() (*Unit, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.units) == 0 && !q.closed {
		q.filled.Wait()
	}
	return q.take()
}

// Poll returns a unit if there is one.
func (q *Queue) Poll() (*Unit, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.take()
}

func (q *Queue) take() (*Unit, bool) {
	if q.closed || len(q.units) == 0 {
		return nil, false
	}
	u := q.units[0]
	q.units[0] = nil
	q.units = q.units[1:]
	q.bytes -= u.Packet.Size()
	q.taken += int64(u.Packet.Size())
	if len(q.units) == 0 {
		q.stuck = time.Time{}
	}
	return u, true
}

// Len returns how many units wait.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.units)
}

// Tally returns the bytes that were taken, and the packets that were dropped.
func (q *Queue) Tally() (taken, dropped int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.taken, q.dropped
}

// Close unblocks pop. It may be called twice.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.units = true, nil
	q.filled.Broadcast()
}
