package network

import (
	"net/netip"
	"sync"
	"time"
)

// A Link joins two hosts. Its methods may be called from any goroutine.
type Link struct {
	A, B        netip.Addr // of the two ends
	There, Back *Way       // from A to B, and from B to A

	ends    [2]*tun
	closing sync.Once
	work    sync.WaitGroup
}

// newLink makes link number i of a network.
func newLink(a, b *Host, i int, seed [2]uint64, there, back Conditions) (*Link, error) {
	l := &Link{A: address(i, 1), B: address(i, 2)}
	var err error
	if l.ends[0], err = a.plug(i, l.A); err != nil {
		return nil, err
	}
	if l.ends[1], err = b.plug(i, l.B); err != nil {
		l.ends[0].Close()
		return nil, err
	}
	l.There = newWay([2]uint64{seed[0], 2 * seed[1]}, there)
	l.Back = newWay([2]uint64{seed[0], 2*seed[1] + 1}, back)
	l.run(l.There, l.ends[0], l.ends[1])
	l.run(l.Back, l.ends[1], l.ends[0])
	return l, nil
}

// run carries packets one way until close.
func (l *Link) run(w *Way, from, to *tun) {
	l.work.Go(func() { w.fill(from) })
	l.work.Go(func() { w.drain(to) })
}

// Cut makes a black hole of the link, or the link whole again: what is sent is lost without a word.
func (l *Link) Cut(cut bool) {
	l.There.cut(cut)
	l.Back.cut(cut)
}

// Unplug takes the device of host A down, as pulling out the cable does, or up again.
func (l *Link) Unplug(down bool) error { return l.ends[0].setUp(!down) }

// close removes the devices and waits.
func (l *Link) close() {
	l.closing.Do(func() {
		for _, end := range l.ends {
			end.Close()
		}
		l.There.close()
		l.Back.close()
	})
	l.work.Wait()
}

// A Way is one direction of a link.
type Way struct {
	wake chan struct{} // something has changed for drain
	done chan struct{}

	mu     sync.Mutex
	shaper *shaper
}

func newWay(seed [2]uint64, c Conditions) *Way {
	return &Way{wake: make(chan struct{}, 1), done: make(chan struct{}), shaper: newShaper(seed, c)}
}

// Set changes all conditions.
func (w *Way) Set(c Conditions) { w.change(func(now time.Time, s *shaper) { s.set(now, c) }) }

// SetRate changes the rate, in bit/s.
func (w *Way) SetRate(rate int) {
	w.change(func(now time.Time, s *shaper) {
		c := s.conditions
		c.Rate = rate
		s.set(now, c)
	})
}

// SetLoss changes the part of the packets that is lost, 0 to 1.
func (w *Way) SetLoss(loss float64) {
	w.change(func(now time.Time, s *shaper) {
		c := s.conditions
		c.Loss = loss
		s.set(now, c)
	})
}

// Counts returns what became of the packets so far.
func (w *Way) Counts() Counts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shaper.counts
}

func (w *Way) cut(cut bool) { w.change(func(now time.Time, s *shaper) { s.setCut(now, cut) }) }

func (w *Way) change(fn func(time.Time, *shaper)) {
	w.mu.Lock()
	fn(time.Now(), w.shaper)
	w.mu.Unlock()
	w.signal()
}

func (w *Way) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// fill takes packets from a device until it is closed.
func (w *Way) fill(from *tun) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer) // waits while the device is down
		if err != nil {
			return
		}
		packet := append([]byte(nil), buffer[:n]...)
		w.change(func(now time.Time, s *shaper) { s.push(now, packet) })
	}
}

// drain gives packets to a device when their time has come.
func (w *Way) drain(to *tun) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		w.mu.Lock()
		packet, ok := w.shaper.pop(time.Now())
		at, more := w.shaper.next()
		w.mu.Unlock()
		if ok {
			_, _ = to.Write(packet) // a device that is down loses it
			continue
		}
		var due <-chan time.Time
		if more {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		select {
		case <-due:
		case <-w.wake:
		case <-w.done:
			return
		}
	}
}

func (w *Way) close() { close(w.done) }
