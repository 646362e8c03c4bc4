package network

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// Counts are those of one direction since it was made, in packets but for Bytes.
type Counts struct {
	Delivered  int64
	Bytes      int64 // delivered
	Lost       int64 // by Conditions.Loss
	Overflowed int64 // for which the queue had no room
	Cut        int64 // while the link was cut, and what was on its way then
}

// A shaper is one direction of a link, without its clock and its ends: packets go into a queue that empties at a rate,
// from there onto a line that takes its time, or get lost between the two.
type shaper struct {
	conditions Conditions
	cut        bool
	losses     loses
	jitter     *rand.Rand
	counts     Counts

	queue  [][]byte
	queued int       // bytes
	begun  time.Time // when the first of the queue began to leave
	line   line
	last   time.Time // when the newest on the line arrives
	number uint64
}

func newShaper(seed [2]uint64, c Conditions) *shaper {
	return &shaper{
		conditions: c,
		losses:     loses{random: rand.New(rand.NewPCG(seed[0], seed[1]))},
		jitter:     rand.New(rand.NewPCG(seed[1], ^seed[0])),
	}
}

// push takes a packet that came at now.
func (s *shaper) push(now time.Time, packet []byte) {
	s.advance(now)
	limit := s.conditions.Queue
	if limit == 0 {
		limit = defaultQueue
	}
	switch {
	case s.cut:
		s.counts.Cut++
		return
	case s.conditions.Rate > 0 && s.queued+len(packet) > limit:
		s.counts.Overflowed++
		return
	}
	if len(s.queue) == 0 {
		s.begun = now
	}
	s.queue = append(s.queue, packet)
	s.queued += len(packet)
	s.advance(now)
}

// pop returns the next packet that has arrived at now, if any.
func (s *shaper) pop(now time.Time) ([]byte, bool) {
	s.advance(now)
	if len(s.line) == 0 || s.line[0].at.After(now) {
		return nil, false
	}
	t := heap.Pop(&s.line).(transit)
	s.counts.Delivered++
	s.counts.Bytes += int64(len(t.packet))
	return t.packet, true
}

// next returns when there will be something to pop, at the earliest; ok is false when nothing is on its way.
func (s *shaper) next() (at time.Time, ok bool) {
	if len(s.queue) > 0 {
		at, ok = s.leaves(), true
	}
	if len(s.line) > 0 && (!ok || s.line[0].at.Before(at)) {
		at, ok = s.line[0].at, true
	}
	return at, ok
}

// set changes the conditions from now on: what waits leaves at the new rate.
func (s *shaper) set(now time.Time, c Conditions) {
	s.advance(now)
	if len(s.queue) > 0 {
		s.begun = now // the first begins anew; at the rates of a test that is less than a packet
	}
	s.conditions = c
}

// setCut loses everything that is on its way, and all that comes until the link is whole again.
func (s *shaper) setCut(now time.Time, cut bool) {
	s.advance(now)
	s.cut = cut
	if cut {
		s.counts.Cut += int64(len(s.queue) + len(s.line))
		s.queue, s.queued, s.line = nil, 0, nil
	}
}

// leaves returns when the first of the queue is out of it.
func (s *shaper) leaves() time.Time {
	if s.conditions.Rate <= 0 {
		return s.begun
	}
	return s.begun.Add(time.Duration(len(s.queue[0])*8) * time.Second / time.Duration(s.conditions.Rate))
}

// advance moves what has left the queue by now onto the line.
func (s *shaper) advance(now time.Time) {
	for len(s.queue) > 0 && !s.leaves().After(now) {
		packet, at := s.queue[0], s.leaves()
		s.queue = s.queue[1:]
		s.queued -= len(packet)
		s.begun = at
		if s.losses.next(s.conditions) {
			s.counts.Lost++
			continue
		}
		s.send(packet, at)
	}
}

// send puts a packet that left at a time onto the line.
func (s *shaper) send(packet []byte, at time.Time) {
	at = at.Add(s.conditions.Delay)
	if s.conditions.Jitter > 0 {
		at = at.Add(time.Duration(s.jitter.Int64N(int64(s.conditions.Jitter))))
	}
	if !s.conditions.Reorder && at.Before(s.last) {
		at = s.last
	}
	s.last = at
	s.number++
	heap.Push(&s.line, transit{at, s.number, packet})
}

// A transit is a packet on the line.
type transit struct {
	at     time.Time
	number uint64 // those that arrive at the same time keep their order
	packet []byte
}

// A line is a heap of what is on its way, by arrival.
type line []transit

func (l line) Len() int { return len(l) }
func (l line) Less(i, j int) bool {
	return l[i].at.Before(l[j].at) || l[i].at.Equal(l[j].at) && l[i].number < l[j].number
}
func (l line) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l *line) Push(x any)   { *l = append(*l, x.(transit)) }
func (l *line) Pop() any {
	old := *l
	last := old[len(old)-1]
	*l = old[:len(old)-1]
	return last
}
