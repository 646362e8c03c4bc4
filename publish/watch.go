package publish

import (
	"fmt"
	"time"
)

const (
	// watchEvery is how often a connection is looked at, adaptEvery how often its bit rate is thought over.
	watchEvery, adaptEvery = 25 * time.Millisecond, 50 * time.Millisecond
	// headway of maxQueued is kept for what happens between two looks.
	headway = 6 * watchEvery
	// holdTime is what a transport may hold besides what is on its way: what waits should wait in our queue, where it can
	// be dropped.
	holdTime = 100 * time.Millisecond
	// drainsAfter is how long after a cut the queue drains.
	drainsAfter = 1200 * time.Millisecond
)

// bounded is an Output that can be told how many bytes it may hold, and how many it may send a second.
type bounded interface{ bound(bytes, perSecond int) }

// watch follows a connection until it is lost: it drops what comes too late, finds the bit rate that the way carries, and
// calls a connection dead that acknowledges nothing.
func (s *sender) watch(out Output, l *link) {
	look := time.NewTicker(watchEvery)
	defer look.Stop()
	adapted := time.Now()
	for {
		select {
		case <-l.lost:
			out.Close() // unblocks the writing
			return
		case now := <-look.C:
			s.look(now, out, l)
			if now.Sub(adapted) >= adaptEvery {
				adapted = now
				s.adapt(now, out)
			}
		}
	}
}

// look takes note of what the connection knows, and acts on what cannot wait.
func (s *sender) look(now time.Time, out Output, l *link) {
	way := s.path()
	s.acked.add(way.look(now, out.Link(), s.total()))
	if way.stuck(now) {
		l.Lost(fmt.Errorf("%v has acknowledged no data for %v: the connection is dead", s.place(), noProgress))
		return
	}
	late := now.Add(headway - maxQueued + s.passes(now, way))
	if way.oldest().Before(now.Add(headway-maxQueued)) && !way.oldest().IsZero() {
		late = now.Add(-headway) // what the transport does not take cannot be in time
	}
	if s.queue.shed(late) {
		s.mu.Lock()
		s.adapter.shed(now)
		s.gap = true
		s.mu.Unlock()
	}
	s.fillGap(now)
}

// passes returns how long what the transport has will take to get through, as far as that is known.
func (s *sender) passes(now time.Time, w *way) time.Duration {
	s.mu.Lock()
	starts := s.adapter.starts(now)
	s.mu.Unlock()
	if starts {
		return 0
	}
	_, speed, _ := w.speed()
	return w.drains(speed, maxQueued/2)
}

// fillGap asks for a key frame when pictures were dropped and there is room again: the next one of itself may be seconds
// away.
func (s *sender) fillGap(now time.Time) {
	s.mu.Lock()
	gap := s.gap
	s.mu.Unlock()
	if !gap || s.waits(now) >= shortQueue+s.path().shortest() {
		return
	}
	if s.queue.waitsForKey() && !s.delayed && !s.studio.refill(s) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gap = false
}

// adapt thinks the bit rate over.
func (s *sender) adapt(now time.Time, out Output) {
	way := s.path()
	r := way.read(now, s.oldest())
	limits := s.studio.limits()
	s.mu.Lock()
	s.adapter.limit(limits)
	before := s.adapter.rate
	rate := s.adapter.step(now, r)
	s.mu.Unlock()
	if b, ok := out.(bounded); ok {
		speed, most := s.carries(now, r)
		b.bound(max(leastHeld, int(float64(speed)*(r.rtt+r.rtt/2+holdTime).Seconds())), most)
	}
	if rate != before {
		s.log.Debug("bit rate", "from", before, "to", rate, "queue", r.queue, "acked", r.acked, "pushed", r.pushed, "rtt", r.rtt, "trip", r.trip, "resent", r.resent)
		s.studio.steer()
	}
}

// carries returns the bytes that the way carries in a second, as far as the transport must know, and those that it may send
// at most: when the way is full, a transport takes long to find out, and what it sends again keeps it full. Else it is not
// held up, nor ever to less than what comes, and some more, where the pictures are not made for its way: that would only
// pile up.
func (s *sender) carries(now time.Time, r reading) (speed, most int) {
	comes := 0
	if !s.studio.follows(s) {
		comes = r.pushed * 5 / 4
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.adapter.drains(now, r) {
		speed = max(r.acked, s.adapter.rate+s.adapter.sound, comes) / 8
		return speed, speed
	}
	speed = (s.adapter.most + s.adapter.sound) * 5 / 4 / 8
	return speed, speed + speed/2
}

// wants returns the bit rate of the pictures that the way carries; ok is false when it does not know.
func (s *sender) wants(l limits) (rate int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.adapter.limit(l)
	return s.adapter.rate, s.adapter.rate > 0 && (s.state == Live || s.state == Reconnecting)
}

// oldest returns since when the oldest media has waited to be acknowledged, zero when none does.
func (s *sender) oldest() time.Time {
	if way := s.path(); way != nil {
		if t := way.oldest(); !t.IsZero() {
			return t
		}
	}
	return s.queue.oldest()
}

// waits returns how long that is.
func (s *sender) waits(now time.Time) time.Duration {
	if t := s.oldest(); !t.IsZero() {
		return max(0, now.Sub(t))
	}
	return 0
}

func (s *sender) path() *way {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.way
}

// total returns the bytes that were handed over so far.
func (s *sender) total() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pushed
}
