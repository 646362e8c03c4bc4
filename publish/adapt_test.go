package publish

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A simulation is a stream over a way with a queue, in steps of adaptEvery, on a clock of its own. The encoder obeys at
// once, but for a key frame that comes every two seconds.
type simulation struct {
	adapter adapter
	now     time.Time
	rtt     time.Duration
	width   int // bit/s that the way carries

	waiting []written // oldest first; bytes are bits
	held    int64     // bits in waiting
	pushed  []int64   // bits of each step
	acked   []int64
	steps   int
	rates   []int
	late    int // how often the queue was too long, and was emptied
}

func newSimulation(most, width int, rtt time.Duration) *simulation {
	s := &simulation{now: time.Unix(0, 0), rtt: rtt, width: width}
	s.adapter.limit(limits{floor: most / 10, most: most, sound: 160_000})
	s.adapter.reconnect()
	return s
}

// run goes on for a time and returns the bit rates that were wanted in it.
func (s *simulation) run(d time.Duration) []int {
	from := len(s.rates)
	for range int(d / adaptEvery) {
		s.step()
	}
	return s.rates[from:]
}

func (s *simulation) step() {
	s.steps++
	s.now = s.now.Add(adaptEvery)
	bits := int64(float64(s.adapter.rate+s.adapter.sound) * adaptEvery.Seconds())
	if s.steps%40 == 0 {
		bits *= 4 // a key frame
	}
	s.waiting = append(s.waiting, written{s.now, bits})
	s.held += bits
	carried := min(s.held, int64(float64(s.width)*adaptEvery.Seconds()))
	s.held -= carried
	for left := carried; left > 0; {
		take := min(left, s.waiting[0].bytes)
		s.waiting[0].bytes -= take
		left -= take
		if s.waiting[0].bytes == 0 {
			s.waiting = s.waiting[1:]
		}
	}
	s.pushed, s.acked = append(s.pushed, bits), append(s.acked, carried)
	r := reading{queue: s.rtt, rtt: s.rtt, trip: s.rtt, pushed: s.lately(s.pushed), acked: s.lately(s.acked)}
	if len(s.waiting) > 0 {
		wait := s.now.Sub(s.waiting[0].queued)
		r.queue += wait
		r.trip += wait // the queue stands on the way
		if wait > maxQueued {
			s.late++
			s.forget()
			s.adapter.shed(s.now)
		}
	}
	s.rates = append(s.rates, s.adapter.step(s.now, r))
}

// lately returns the bit/s of the last window.
func (s *simulation) lately(bits []int64) int {
	steps := int(max(speedWindow, 3*s.rtt) / adaptEvery)
	sum, recent := int64(0), bits[max(0, len(bits)-steps):]
	for _, b := range recent {
		sum += b
	}
	return int(float64(sum) / (float64(len(recent)) * adaptEvery.Seconds()))
}

func TestGoodWayIsLeftAlone(t *testing.T) {
	for _, rtt := range []time.Duration{5 * time.Millisecond, 40 * time.Millisecond, 200 * time.Millisecond} {
		s := newSimulation(6_000_000, 8_000_000, rtt)
		s.adapter.rate = 6_000_000
		if rates := s.run(2 * time.Minute); slices.Min(rates) != 6_000_000 {
			t.Errorf("%v: down to %d", rtt, slices.Min(rates))
		}
	}
}

// A way that becomes narrow is noticed at once, is used well, and is climbed again when it is wide.
func TestCliffInTheWay(t *testing.T) {
	for _, rtt := range []time.Duration{5 * time.Millisecond, 40 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond} {
		s := newSimulation(6_000_000, 8_000_000, rtt)
		s.adapter.rate = 6_000_000
		s.run(5 * time.Second)
		s.width = 2_000_000
		reacts := slices.IndexFunc(s.run(2*time.Second), func(rate int) bool { return rate < 2_000_000 })
		if limit := int((500*time.Millisecond + rtt) / adaptEvery); reacts < 0 || reacts > limit {
			t.Errorf("%v: reacts after %v", rtt, time.Duration(reacts)*adaptEvery)
		}
		s.run(3 * time.Second)
		s.late = 0
		rates := s.run(30 * time.Second)
		if mean := average(rates); mean < 1_200_000 || mean > 2_000_000 || s.late > 2 {
			t.Errorf("%v: %d on average, too late %d times", rtt, mean, s.late)
		}
		s.width = 8_000_000
		back := slices.IndexFunc(s.run(30*time.Second), func(rate int) bool { return rate >= 5_400_000 })
		if took := time.Duration(back) * adaptEvery; back < 0 || took > 20*time.Second {
			t.Errorf("%v: back after %v", rtt, took)
		}
	}
}

func average(rates []int) int {
	sum := 0
	for _, r := range rates {
		sum += r
	}
	return sum / len(rates)
}

// A way that stands still for a moment, as radio does, costs nothing for long.
func TestStallIsForgiven(t *testing.T) {
	for _, stall := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond} {
		s := newSimulation(6_000_000, 20_000_000, 40*time.Millisecond)
		s.adapter.rate = 6_000_000
		s.run(5 * time.Second)
		s.width = 0
		s.run(stall)
		s.width = 20_000_000
		if rates := s.run(2 * time.Second); rates[len(rates)-1] < 5_400_000 {
			t.Errorf("%d two seconds after a stall of %v", rates[len(rates)-1], stall)
		}
	}
}

// A queue that is gone at once after a second cut was lost on the way, and not carried: the cut stays.
func TestSecondCutStays(t *testing.T) {
	s := newSimulation(6_000_000, 8_000_000, 40*time.Millisecond)
	s.adapter.rate = 6_000_000
	s.run(5 * time.Second)
	s.width = 1_000_000
	s.run(time.Second)
	s.width = 2_000_000
	s.forget()
	if rates := s.run(time.Second); slices.Max(rates) > 2_000_000 {
		t.Errorf("%d on a way of 2 Mbit/s", slices.Max(rates))
	}
}

// Whatever the way does, the bit rate stays between the floor and the user's, and at the end of it all it comes back.
func TestAnyWay(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		most := 500_000 + random.IntN(20_000_000)
		s := newSimulation(most, 2*most, time.Duration(1+random.IntN(250))*time.Millisecond)
		for range 30 {
			s.width = random.IntN(2 * most)
			if random.IntN(5) == 0 {
				s.width = 0
			}
			s.run(time.Duration(random.IntN(4000)) * time.Millisecond)
			s.forget()
		}
		if low, high := slices.Min(s.rates), slices.Max(s.rates); low < most/10 || high > most {
			t.Fatalf("seed %d: from %d to %d of %d", seed, low, high, most)
		}
		s.width = 3 * most
		s.forget()
		if rates := s.run(22 * time.Second); rates[len(rates)-1] < most*9/10 {
			t.Errorf("seed %d: %d of %d at the end, rtt %v", seed, rates[len(rates)-1], most, s.rtt)
		}
	}
}

// forget drops what waits, as a queue does that is too long.
func (s *simulation) forget() { s.waiting, s.held = nil, 0 }

func TestUsersBitRateIsTheCeiling(t *testing.T) {
	s := newSimulation(6_000_000, 20_000_000, 20*time.Millisecond)
	s.adapter.rate = 6_000_000
	for _, most := range []int{2_000_000, 9_000_000} {
		s.adapter.limit(limits{floor: 100_000, most: most, sound: 160_000})
		if got := s.run(adaptEvery)[0]; got != most {
			t.Errorf("%d after the user chose %d", got, most)
		}
	}
	s.width = 3_000_000
	s.run(5 * time.Second)
	adapted := s.adapter.rate
	s.adapter.limit(limits{floor: 100_000, most: 12_000_000, sound: 160_000})
	if got := s.run(adaptEvery)[0]; got > adapted*2 {
		t.Errorf("from %d to %d: the way did not become wider by the user's wish", adapted, got)
	}
}

// A transport without acknowledgements has an estimate, which is followed both ways.
func TestEstimateIsFollowed(t *testing.T) {
	var a adapter
	a.limit(limits{floor: 300_000, most: 4_000_000, sound: 100_000})
	now := time.Unix(0, 0)
	run := func(estimate int, d time.Duration) int {
		for range int(d / adaptEvery) {
			now = now.Add(adaptEvery)
			a.step(now, reading{estimate: estimate, rtt: 50 * time.Millisecond, trip: 50 * time.Millisecond})
		}
		return a.rate
	}
	if got := run(6_000_000, time.Second); got != 4_000_000 {
		t.Errorf("%d with room", got)
	}
	if got := run(2_000_000, adaptEvery); got != 1_800_000 {
		t.Errorf("%d of an estimate of 2 Mbit/s", got)
	}
	if got := run(100_000, adaptEvery); got != 300_000 {
		t.Errorf("%d, the floor is 300 kbit/s", got)
	}
	if got := run(6_000_000, 20*time.Second); got != 4_000_000 {
		t.Errorf("%d after twenty good seconds", got)
	}
}
