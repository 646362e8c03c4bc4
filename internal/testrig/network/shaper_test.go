package network

import (
	"math"
	"slices"
	"testing"
	"time"
)

// send pushes n packets of a size, one every interval, and returns when each arrived, by its number; lost ones are absent.
func send(s *shaper, n, size int, interval time.Duration) map[int]time.Duration {
	start := time.Unix(1000, 0)
	arrived := map[int]time.Duration{}
	collect := func(until time.Time) {
		for at, more := s.next(); more && !at.After(until); at, more = s.next() {
			if packet, ok := s.pop(at); ok {
				arrived[int(packet[0])<<16|int(packet[1])<<8|int(packet[2])] = at.Sub(start)
			}
		}
	}
	for i := range n {
		now := start.Add(time.Duration(i) * interval)
		collect(now)
		s.push(now, append([]byte{byte(i >> 16), byte(i >> 8), byte(i)}, make([]byte, size-3)...))
	}
	collect(start.Add(time.Hour))
	return arrived
}

func TestShaperRate(t *testing.T) {
	s := newShaper([2]uint64{1, 1}, Conditions{Rate: 8_000_000, Queue: 10_000, Delay: 50 * time.Millisecond})
	arrived := send(s, 1000, 1000, 500*time.Microsecond) // 16 Mbit/s for 500 ms
	last := arrived[slices.Max(keys(arrived))]
	rate := float64(s.counts.Bytes*8) / (last - 50*time.Millisecond).Seconds()
	if math.Abs(rate-8e6) > 1e5 {
		t.Errorf("%.0f bit/s through a link of 8 Mbit/s", rate)
	}
	if s.counts.Overflowed < 400 || s.counts.Overflowed+s.counts.Delivered != 1000 {
		t.Errorf("a queue of 10 packets: %+v", s.counts)
	}
	for i, at := range arrived {
		if delay := at - time.Duration(i)*500*time.Microsecond; delay < 51*time.Millisecond || delay > 60*time.Millisecond+time.Microsecond {
			t.Fatalf("packet %d took %v, through 50 ms and a queue of at most 10 ms", i, delay)
		}
	}
}

func TestShaperRateChanges(t *testing.T) {
	s := newShaper([2]uint64{1, 1}, Conditions{Rate: 8_000_000, Queue: 1 << 20})
	start := time.Unix(1000, 0)
	for range 100 { // 100 ms at the first rate
		s.push(start, make([]byte, 1000))
	}
	s.set(start.Add(50*time.Millisecond), Conditions{Rate: 800_000, Queue: 1 << 20})
	var last time.Time
	for at, more := s.next(); more; at, more = s.next() {
		s.pop(at)
		last = at
	}
	if took := last.Sub(start); took < 540*time.Millisecond || took > 560*time.Millisecond {
		t.Errorf("half of 100 ms at a tenth of the rate: all were there after %v", took)
	}
}

func TestShaperLosses(t *testing.T) {
	for name, c := range map[string]Conditions{
		"each by itself": {Loss: 0.05},
		"bursts of 5":    {Loss: 0.05, Burst: 5},
		"half":           {Loss: 0.5, Burst: 3},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 200_000
			arrived := send(newShaper([2]uint64{7, 3}, c), n, 100, time.Millisecond)
			lost, bursts, before := 0, 0, true
			for i := range n {
				_, ok := arrived[i]
				if !ok {
					lost++
					if before {
						bursts++
					}
				}
				before = ok
			}
			part, mean := float64(lost)/n, float64(lost)/float64(bursts)
			if math.Abs(part-c.Loss) > 0.1*c.Loss {
				t.Errorf("%.4f lost of %.4f", part, c.Loss)
			}
			if want := max(c.Burst, 1/(1-c.Loss)); math.Abs(mean-want) > 0.1*want {
				t.Errorf("%.2f lost in a row, want %.2f", mean, want)
			}
		})
	}
}

func TestShaperSameSeedSameLosses(t *testing.T) {
	c := Conditions{Loss: 0.1, Burst: 2, Jitter: 3 * time.Millisecond}
	slow := c
	slow.Rate, slow.Queue, slow.Delay = 4_000_000, 1<<30, 40*time.Millisecond
	first := send(newShaper([2]uint64{7, 3}, c), 5000, 100, time.Millisecond)
	again := send(newShaper([2]uint64{7, 3}, c), 5000, 100, time.Millisecond)
	other := send(newShaper([2]uint64{8, 3}, c), 5000, 100, time.Millisecond)
	late := send(newShaper([2]uint64{7, 3}, slow), 5000, 100, time.Microsecond)
	if !slices.Equal(keys(first), keys(again)) || !slices.Equal(keys(first), keys(late)) {
		t.Error("the same seed loses others")
	}
	for i, at := range first {
		if again[i] != at {
			t.Fatalf("the same seed delays packet %d by %v and %v", i, at, again[i])
		}
	}
	if slices.Equal(keys(first), keys(other)) {
		t.Error("another seed loses the same")
	}
}

func TestShaperJitter(t *testing.T) {
	for _, reorder := range []bool{false, true} {
		c := Conditions{Delay: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Reorder: reorder}
		arrived := send(newShaper([2]uint64{7, 3}, c), 10_000, 100, time.Millisecond)
		overtaken := 0
		least, most := time.Hour, time.Duration(0)
		for i := range 10_000 {
			delay := arrived[i] - time.Duration(i)*time.Millisecond
			least, most = min(least, delay), max(most, delay)
			if i > 0 && arrived[i] < arrived[i-1] {
				overtaken++
			}
		}
		if least < 20*time.Millisecond || least > 21*time.Millisecond || most > 30*time.Millisecond || most < 29*time.Millisecond {
			t.Errorf("delays from %v to %v", least, most)
		}
		if (overtaken > 0) != reorder {
			t.Errorf("reorder %v: %d packets overtaken", reorder, overtaken)
		}
	}
}

func TestShaperCut(t *testing.T) {
	s := newShaper([2]uint64{1, 1}, Conditions{Delay: time.Second})
	now := time.Unix(1000, 0)
	s.push(now, make([]byte, 100))
	s.setCut(now, true)
	s.push(now, make([]byte, 100))
	if at, more := s.next(); more {
		t.Fatalf("something arrives at %v on a link that is cut", at)
	}
	s.setCut(now, false)
	s.push(now, make([]byte, 100))
	if _, ok := s.pop(now.Add(time.Second)); !ok || s.counts.Cut != 2 {
		t.Fatalf("after a cut: %v, %+v", ok, s.counts)
	}
}

func keys(m map[int]time.Duration) []int {
	var all []int
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}
