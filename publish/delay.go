package publish

import (
	"fmt"
	"sync"
	"time"

	"golive/encoder"
)

// MaxDelay is the longest Config.Delay.
const MaxDelay = 2 * time.Minute

// maxDelayed bounds the packets that a delay holds, in bytes.
const maxDelayed = 1 << 30

// A delayLine hands packets on when they have reached an age. What it holds does not depend on connections: one that is
// lost and comes back finds the same delay.
type delayLine struct {
	delay time.Duration
	limit int // bytes
	pass  func(*encoder.Packet)
	wake  chan struct{}
	loop  sync.WaitGroup

	mu    sync.Mutex
	held  []queued // the oldest first
	bytes int
	ended bool
}

func newDelayLine(d time.Duration, pass func(*encoder.Packet)) *delayLine {
	l := &delayLine{delay: d, limit: maxDelayed, pass: pass, wake: make(chan struct{}, 1)}
	l.loop.Go(l.run)
	return l
}

// push takes a packet and never waits.
func (l *delayLine) push(p *encoder.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return
	}
	l.held = append(l.held, queued{p, time.Now()})
	l.bytes += p.Size()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run passes packets on until end.
func (l *delayLine) run() {
	due := time.NewTimer(l.delay)
	defer due.Stop()
	for {
		wait, ended := l.passOn()
		if ended {
			return
		}
		due.Reset(wait)
		select {
		case <-due.C:
		case <-l.wake:
		}
	}
}

// passOn passes on what is old enough, and what is too much to be held, and returns when it should look again.
func (l *delayLine) passOn() (wait time.Duration, ended bool) {
	for {
		p, wait, ended := l.next()
		if p == nil {
			return wait, ended
		}
		l.pass(p)
	}
}

// next takes the oldest packet if its time has come; else it returns how long that will take.
func (l *delayLine) next() (p *encoder.Packet, wait time.Duration, ended bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended || len(l.held) == 0 {
		return nil, l.delay, l.ended
	}
	first := l.held[0]
	if wait := l.delay - time.Since(first.at); wait > 0 && l.bytes <= l.limit {
		return nil, wait, false
	}
	l.held[0] = queued{} // for the garbage collector
	l.held = l.held[1:]
	l.bytes -= first.Size()
	return first.Packet, 0, false
}

// end forgets what was not passed on yet, nobody has seen it, and returns how many pictures that were.
func (l *delayLine) end() (pictures int64) {
	l.mu.Lock()
	for _, p := range l.held {
		if p.Stream.Codec.Video() {
			pictures++
		}
	}
	l.held, l.bytes, l.ended = nil, 0, true
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
	l.loop.Wait()
	return pictures
}

// checkDelay refuses a delay that is out of range or takes too much memory.
func checkDelay(c Config) error {
	if c.Delay < 0 || c.Delay > MaxDelay {
		return fmt.Errorf("the delay of %v is out of range: it goes from 0 to %v", c.Delay, MaxDelay)
	}
	if bytes := float64(c.BitRate+2*c.AudioBitRate) / 8 * c.Delay.Seconds(); bytes > maxDelayed {
		return fmt.Errorf("a delay of %v takes %.0f MB of memory at this bit rate, and %d are allowed; choose a shorter one, or a lower bit rate",
			c.Delay, bytes/1e6, maxDelayed/1_000_000)
	}
	return nil
}

// endDelay forgets what nobody has seen yet.
func (l *live) endDelay() {
	if l.delayed == nil {
		return
	}
	pictures := l.delayed.end()
	for _, s := range l.outputs() {
		if s.delayed && s.current() == Live {
			s.queue.forgo(pictures)
		}
	}
}
