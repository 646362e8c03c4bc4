package publish

import (
	"math"
	"slices"
	"sync"
	"time"
)

// rateSlot is the grain of a rate. Only whole slots count, so that a steady stream has a steady rate.
const (
	rateSlot  = 100 * time.Millisecond
	rateSlots = int64(time.Second / rateSlot)
)

// A rate counts what happened within the last second.
type rate struct {
	mu    sync.Mutex
	slots [rateSlots + 1]struct{ at, n int64 } // at: the slot of time that n belongs to
	from  time.Time
}

func (r *rate) add(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	slot := &r.slots[now%int64(len(r.slots))]
	if slot.at != now {
		slot.at, slot.n = now, 0
	}
	slot.n += n
}

func (r *rate) perSecond() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, sum := r.now(), int64(0)
	for _, s := range r.slots {
		if s.at < now && s.at >= now-rateSlots {
			sum += s.n
		}
	}
	return float64(sum)
}

// now returns the current slot of time; the first is so far from zero that empty slots count as past.
func (r *rate) now() int64 {
	if r.from.IsZero() {
		r.from = time.Now()
	}
	return 2*rateSlots + int64(time.Since(r.from)/rateSlot)
}

// windowTime is what percentiles look back on.
const windowTime = 5 * time.Second

// A window keeps the durations of the last seconds, at most 1024 of them.
type window struct {
	mu   sync.Mutex
	ring [1024]struct {
		at time.Time
		d  time.Duration
	}
	next int
}

func (w *window) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ring[w.next%len(w.ring)].at, w.ring[w.next%len(w.ring)].d = time.Now(), d
	w.next++
}

func (w *window) percentiles() Percentiles {
	w.mu.Lock()
	now := time.Now()
	var ds []time.Duration
	for _, e := range w.ring[:min(w.next, len(w.ring))] {
		if now.Sub(e.at) <= windowTime {
			ds = append(ds, e.d)
		}
	}
	w.mu.Unlock()
	return percentiles(ds)
}

// percentiles sorts ds, and returns what half and nineteen of twenty of them do not exceed.
func percentiles(ds []time.Duration) Percentiles {
	if len(ds) == 0 {
		return Percentiles{}
	}
	slices.Sort(ds)
	at := func(percent int) float64 { return milliseconds(ds[(len(ds)*percent+99)/100-1]) }
	return Percentiles{P50: at(50), P95: at(95)}
}

// milliseconds returns d with one digit behind the point.
func milliseconds(d time.Duration) float64 { return tenths(float64(d) / float64(time.Millisecond)) }

// tenths rounds to one digit behind the point.
func tenths(x float64) float64 { return math.Round(x*10) / 10 }
