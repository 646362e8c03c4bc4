package publish

import (
	"testing"
	"time"
)

// The age of what is not acknowledged is that of the oldest packet whose bytes the transport may still hold.
func TestWayKnowsTheOldest(t *testing.T) {
	var w way
	begin := time.Unix(100, 0)
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	size := int64(videoPacket(0, true).Size())
	for n := range 10 {
		w.begin(at(n * 100))
		w.end(videoPacket(0, true))
	}
	for _, c := range []struct {
		queued int64
		want   int // ms; -1 is none
	}{{10 * size, 0}, {4 * size, 600}, {4*size - 1, 600}, {1, 900}, {0, -1}} {
		w.look(at(1000), Link{AckedBytes: 1, Queued: c.queued}, 0)
		if got := w.oldest(); c.want < 0 != got.IsZero() || c.want >= 0 && !got.Equal(at(c.want)) {
			t.Errorf("%d bytes queued: since %v, want %d ms", c.queued, got.Sub(begin), c.want)
		}
	}
	w.begin(at(1100))
	if got := w.oldest(); !got.Equal(at(1100)) {
		t.Errorf("what is being written waits since %v", got)
	}
}

// Reports that come once a second are no queue of a second; the transport's estimate counts then.
func TestWayOfReports(t *testing.T) {
	var w way
	now := time.Unix(100, 0)
	w.begin(now)
	w.end(videoPacket(0, true))
	w.look(now, Link{AckedBytes: 1, Queued: 100_000, Reports: true, Estimate: 3_000_000}, 0)
	if r := w.read(now, w.oldest()); !w.oldest().IsZero() || r.estimate != 3_000_000 || w.drains(1000, time.Hour) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestWaySpeed(t *testing.T) {
	var w way
	now := time.Unix(100, 0)
	for n := range 40 {
		now = now.Add(watchEvery)
		w.look(now, Link{AckedBytes: int64(1 + n*2500), Queued: 1, RTT: 10 * time.Millisecond, Resent: int64(n)}, int64(n*5000))
	}
	pushed, acked, resent := w.speed()
	if acked/1000 != 799 && acked/1000 != 800 || pushed/1000 != 1599 && pushed/1000 != 1600 || resent < 10 || resent > 11 {
		t.Errorf("%d pushed, %d acknowledged, %d sent again", pushed, acked, resent)
	}
	if w.stuck(now.Add(noProgress - watchEvery)) {
		t.Error("dead too early")
	}
	if !w.stuck(now.Add(noProgress)) {
		t.Error("not dead after so long")
	}
}
