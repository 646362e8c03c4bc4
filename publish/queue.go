package publish

import (
	"slices"
	"sync"
	"time"

	"golive/encoder"
)

// Bounds of a queue. Video that waits longer than maxQueued is worth less than the pictures it delays; below that,
// ordinary hiccups of a network (a lost packet or three, a Wi-Fi scan) pass without a visible gap.
const (
	maxQueued      = 900 * time.Millisecond
	maxQueuedSound = 5 * time.Second // by then the link is called dead anyway
	maxQueuedBytes = 16 << 20        // 900 ms at 140 Mbit/s: a bound for memory, not for networks
)

// A queue holds the packets that one output has still to send. Pushing never waits: when the queue is full, video is
// dropped up to the next key frame, and sound is kept. Each connection starts with a key frame.
type queue struct {
	wake chan struct{}

	mu      sync.Mutex
	packets []queued
	bytes   int
	mode    queueMode
	needKey bool          // video waits for a key frame
	fresh   bool          // nothing has been taken for this connection yet
	start   time.Duration // DTS of the key frame the connection starts with; no sound before it
	dropped Dropped       // pictures that were pushed and never taken
	gone    time.Duration // DTS of the last of them
}

// A queued packet waits since a time.
type queued struct {
	*encoder.Packet
	at time.Time
}

type queueMode int

const (
	open   queueMode = iota
	shut             // no connection: pictures are lost, and counted
	ending           // what is there can be taken, nothing can be pushed
)

// newQueue returns an open queue: what comes while the first connection is made is not lost.
func newQueue() *queue {
	return &queue{wake: make(chan struct{}, 1), needKey: true, fresh: true}
}

// push adds a packet, or drops what has to go.
func (q *queue) push(p *encoder.Packet) {
	q.mu.Lock()
	defer q.mu.Unlock()
	video := p.Stream.Codec.Video()
	switch {
	case q.mode == ending:
		return
	case q.mode == shut:
		q.drop(p, &q.dropped.Away)
		return
	case video && q.needKey && !p.Keyframe:
		q.drop(p, q.reason())
		return
	case video && q.needKey:
		if q.fresh {
			q.start = p.DTS
		}
		q.needKey = false
	case !video && (q.fresh && q.needKey || p.DTS < q.start):
		return
	}
	q.packets = append(q.packets, queued{p, time.Now()})
	q.bytes += p.Size()
	q.trim()
	q.signal()
}

// take returns the oldest packet. It waits for one until stop is closed or the queue has come to its end; ok is false
// then.
func (q *queue) take(stop <-chan struct{}) (p queued, ok bool) {
	for {
		q.mu.Lock()
		if len(q.packets) > 0 {
			p = q.packets[0]
			q.packets = slices.Delete(q.packets, 0, 1)
			q.bytes -= p.Size()
			q.fresh = false
			q.mu.Unlock()
			return p, true
		}
		end := q.mode == ending
		q.mu.Unlock()
		if end {
			return queued{}, false
		}
		select {
		case <-q.wake:
		case <-stop:
			return queued{}, false
		}
	}
}

// begin makes it as new, but for its counters.
func (q *queue) begin() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mode, q.needKey, q.fresh = open, true, true
}

// reopen takes packets again for a new connection. It says whether a key frame must be asked for.
func (q *queue) reopen() (needKey bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.mode == shut {
		q.mode, q.needKey, q.fresh = open, true, true
	}
	return q.needKey
}

// close empties the queue, which then takes nothing until reopen.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.mode == open {
		q.mode = shut
	}
	q.drain(&q.dropped.Away)
}

// forgo counts pictures that will never be pushed.
func (q *queue) forgo(pictures int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropped.Ended += pictures
}

// clear drops what nobody has taken before the end.
func (q *queue) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.drain(&q.dropped.Ended)
}

// end lets what is there be taken, and nothing more come.
func (q *queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mode = ending
	q.signal()
}

// state returns how much video is waiting, and the pictures lost so far.
func (q *queue) state() (waiting time.Duration, dropped Dropped) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.span(true), q.dropped
}

// passed returns the DTS of the last picture that was dropped.
func (q *queue) passed() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.gone
}

// oldest returns since when the oldest packet has waited, zero when there is none.
func (q *queue) oldest() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.packets) == 0 {
		return time.Time{}
	}
	return q.packets[0].at
}

// waitsForKey says whether pictures are refused until a key frame comes.
func (q *queue) waitsForKey() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.mode == open && q.needKey
}

// shed drops whole groups of pictures as long as one waits since before a time, and says whether it did.
func (q *queue) shed(before time.Time) (shed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.mode != open || q.fresh {
		return false
	}
	for {
		i := slices.IndexFunc(q.packets, func(p queued) bool { return p.Stream.Codec.Video() })
		if i < 0 || !q.packets[i].at.Before(before) || !q.dropGroup() {
			return shed
		}
		shed = true
	}
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// trim drops until the queue is within its bounds.
func (q *queue) trim() {
	for q.span(true) > maxQueued || q.bytes > maxQueuedBytes {
		if q.fresh { // sound alone would be no beginning
			q.drain(&q.dropped.Away)
			q.needKey = true
			return
		}
		if !q.dropGroup() {
			break
		}
	}
	for len(q.packets) > 0 && (q.span(false) > maxQueuedSound || q.bytes > maxQueuedBytes) {
		q.bytes -= q.packets[0].Size()
		q.packets = slices.Delete(q.packets, 0, 1)
	}
}

// dropGroup drops the oldest pictures up to the next key frame. It says whether there were any.
func (q *queue) dropGroup() bool {
	first := true
	next := slices.IndexFunc(q.packets, func(p queued) bool {
		if !p.Stream.Codec.Video() {
			return false
		}
		key := p.Keyframe && !first
		first = false
		return key
	})
	if first {
		return false
	}
	if next < 0 {
		next, q.needKey = len(q.packets), true
	}
	at := 0
	q.packets = slices.DeleteFunc(q.packets, func(p queued) bool {
		at++
		if at > next || !p.Stream.Codec.Video() {
			return false
		}
		q.drop(p.Packet, &q.dropped.Congestion)
		q.bytes -= p.Size()
		return true
	})
	return true
}

// drain drops all.
func (q *queue) drain(reason *int64) {
	for _, p := range q.packets {
		q.drop(p.Packet, reason)
	}
	q.packets, q.bytes = nil, 0
}

func (q *queue) drop(p *encoder.Packet, reason *int64) {
	if p.Stream.Codec.Video() {
		*reason++
		q.gone = p.DTS
	}
}

// reason returns what a picture is lost for that nobody can decode: a connection begins, or the last one was too slow.
func (q *queue) reason() *int64 {
	if q.fresh {
		return &q.dropped.Away
	}
	return &q.dropped.Congestion
}

// span returns the time from the oldest to the newest waiting picture, or sound.
func (q *queue) span(video bool) time.Duration {
	var first, last *encoder.Packet
	for _, p := range q.packets {
		if p.Stream.Codec.Video() == video {
			if first == nil {
				first = p.Packet
			}
			last = p.Packet
		}
	}
	if first == nil {
		return 0
	}
	return last.DTS - first.DTS
}
