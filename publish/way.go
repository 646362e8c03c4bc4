package publish

import (
	"slices"
	"sync"
	"time"

	"golive/encoder"
)

// speedWindow is the time over which the speed of a way is measured; where round trips are long, it is some of them.
const speedWindow = 250 * time.Millisecond

// steadyWindow is the time over which losses even out.
const steadyWindow = time.Second

// A way measures one connection: what was written and is not acknowledged yet, and how fast acknowledgements come.
type way struct {
	mu      sync.Mutex
	waiting []written // oldest first; of what was written, as much as the transport still holds
	bytes   int64     // in waiting
	writing time.Time // when the packet that is being written was queued; zero while none is
	samples []sample
	link    Link
	held    int64     // bytes that the transport has and the other side has not acknowledged, as far as that is known in time
	moved   time.Time // when something was acknowledged, or nothing was waiting
	least   time.Duration
}

// A written packet is in the hands of the transport.
type written struct {
	queued time.Time
	bytes  int64
}

// A sample has the bytes so far, at a time.
type sample struct {
	at            time.Time
	acked, pushed int64 // acked with what has arrived behind a loss
	resent        int64 // packets
}

// begin and end surround the writing of a packet that was queued at a time.
func (w *way) begin(queued time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = queued
}

func (w *way) end(p *encoder.Packet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, written{w.writing, int64(p.Size())})
	w.bytes += int64(p.Size())
	w.writing = time.Time{}
}

// look takes note of what the connection knows now, and of the bytes that were queued for it so far. It returns how many
// were acknowledged since the last look; where that is not known, those that were sent.
func (w *way) look(now time.Time, l Link, pushed int64) (acked int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	acked = l.AckedBytes - w.link.AckedBytes
	if l.AckedBytes == 0 {
		acked = l.SentBytes - w.link.SentBytes
	}
	if l.AckedBytes != w.link.AckedBytes || l.Queued == 0 || w.moved.IsZero() {
		w.moved = now
	}
	w.link, w.held = l, l.Queued
	if l.Reports {
		w.held = 0
	}
	if l.RTT > 0 && (w.least == 0 || l.RTT < w.least) {
		w.least = l.RTT
	}
	gone := 0
	for gone < len(w.waiting) && w.bytes-w.waiting[gone].bytes >= w.held {
		w.bytes -= w.waiting[gone].bytes
		gone++
	}
	w.waiting = slices.Delete(w.waiting, 0, gone)
	w.samples = append(w.samples, sample{now, l.AckedBytes + l.Ahead, pushed, l.Resent})
	w.samples = slices.Delete(w.samples, 0, w.since(now, max(steadyWindow, w.window())))
	return max(0, acked)
}

// shortest returns the least round trip time so far.
func (w *way) shortest() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.least
}

// since returns the place of the sample that a time began with.
func (w *way) since(now time.Time, d time.Duration) int {
	recent := slices.IndexFunc(w.samples, func(s sample) bool { return now.Sub(s.at) <= d })
	return max(0, recent-1)
}

// window is the time that its speed is measured over.
func (w *way) window() time.Duration { return max(speedWindow, 3*w.least) }

// oldest returns when the oldest media was queued that is not acknowledged, zero when all is.
func (w *way) oldest() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) > 0 {
		return w.waiting[0].queued
	}
	return w.writing
}

// speed returns what happened in the last window, all zero as long as that is not known.
func (w *way) speed() (pushed, acked int, resent int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.samples) < 2 {
		return 0, 0, 0
	}
	last := w.samples[len(w.samples)-1]
	first := w.samples[w.since(last.at, w.window())]
	return first.pushedTo(last), first.ackedTo(last), last.resent - first.resent
}

// pushedTo and ackedTo return the bit/s between two samples.
func (s sample) pushedTo(t sample) int { return perSecond(t.pushed-s.pushed, t.at.Sub(s.at)) }
func (s sample) ackedTo(t sample) int  { return perSecond(t.acked-s.acked, t.at.Sub(s.at)) }

func perSecond(bytes int64, d time.Duration) int { return int(float64(bytes) * 8 / d.Seconds()) }

// read returns what the controller wants to know.
func (w *way) read(now time.Time, oldest time.Time) reading {
	pushed, acked, resent := w.speed()
	w.mu.Lock()
	defer w.mu.Unlock()
	r := reading{steady: w.steady(), pushed: pushed, acked: acked, rtt: w.least, trip: w.link.RTT, resent: resent}
	if !oldest.IsZero() {
		r.queue = now.Sub(oldest)
	}
	if w.link.Ahead > 0 {
		r.queue = min(r.queue, now.Sub(w.missing()))
	}
	if w.link.Reports {
		r.estimate = w.link.Estimate
	}
	return r
}

// steady returns the bit/s that were acknowledged in the last steadyWindow. It is for who holds mu.
func (w *way) steady() int {
	if len(w.samples) < 2 {
		return 0
	}
	last := w.samples[len(w.samples)-1]
	return w.samples[w.since(last.at, steadyWindow)].ackedTo(last)
}

// missing returns when the oldest media was queued that has not arrived, but for what was lost and goes again: that is late,
// and says nothing of how much the way carries. It is for who holds mu.
func (w *way) missing() time.Time {
	oldest, left := w.waiting, w.bytes-(w.held-w.link.Ahead)
	for len(oldest) > 1 && oldest[0].bytes <= left {
		left -= oldest[0].bytes
		oldest = oldest[1:]
	}
	if len(oldest) == 0 {
		return w.writing
	}
	return oldest[0].queued
}

// drains returns how long what the transport holds needs at a speed in bit/s, at most a limit.
func (w *way) drains(speed int, limit time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held == 0 || speed == 0 {
		return 0
	}
	return min(limit, time.Duration(float64(w.held*8)/float64(speed)*float64(time.Second)))
}

// stuck says whether nothing was acknowledged for so long that the connection is dead.
func (w *way) stuck(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.link.Queued > 0 && w.link.AckedBytes > 0 && now.Sub(w.moved) >= noProgress
}
