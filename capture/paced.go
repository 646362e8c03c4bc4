package capture

import (
	"io"
	"sync"
	"time"

	"golive/capture/internal/yuv"
)

// A drawer draws one picture when it is asked.
type drawer interface {
	// draw puts the newest picture into dst, for the tick n of the grid at the time t. It returns false when nothing
	// changed since the last time (dst then is not used), and an error when there can be no more pictures.
	draw(dst yuv.Image, n int64, t time.Time) (bool, error)
	close()
}

// A paced source asks a drawer for a picture at each tick of a grid of constant frame rate. It stays on the grid: a
// tick that comes too late is left out, and the next picture carries the time of its own tick.
type paced struct {
	drawer drawer
	clock  *Clock
	rate   Rational
	pool   *framePool
	stop   chan struct{}
	once   sync.Once

	mu     sync.Mutex // held while drawing, and by Close
	next   int64      // tick
	last   *VideoFrame
	closed bool
}

func newPaced(d drawer, o VideoOptions) *paced {
	p := &paced{drawer: d, clock: o.Clock, rate: o.FrameRate, pool: newFramePool(o.Size), stop: make(chan struct{})}
	p.next = Ticks(o.Clock.Now(), o.FrameRate) + 1
	return p
}

// ReadVideo implements VideoSource.
func (p *paced) ReadVideo() (*VideoFrame, error) {
	if !p.wait() {
		return nil, io.EOF
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, io.EOF
	}
	n := p.next
	p.next++
	return p.frame(n)
}

// wait blocks until the next tick that can still be met; false after Close.
func (p *paced) wait() bool {
	now := p.clock.Now()
	begun := Ticks(now, p.rate)
	if Duration(begun, p.rate) > now {
		begun--
	}
	p.next = max(p.next, begun)
	timer := time.NewTimer(Duration(p.next, p.rate) - now)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.stop:
		return false
	}
}

// frame draws the tick n, or repeats the last picture when nothing changed.
func (p *paced) frame(n int64) (*VideoFrame, error) {
	pts, start := Duration(n, p.rate), time.Now()
	f := p.pool.get()
	changed, err := p.drawer.draw(f.image(), n, start)
	if err != nil {
		f.Release()
		return nil, err
	}
	if !changed && p.last != nil {
		f.Release()
		f = p.last.Repeat(pts, start)
	} else {
		if !changed { // gone since it was opened
			f.image().Black()
		}
		f.PTS, f.Captured = pts, start
		if p.last != nil {
			p.last.Release()
		}
		p.last = f.Retain()
	}
	f.Took = time.Since(start)
	return f, nil
}

// Close implements VideoSource.
func (p *paced) Close() error {
	p.once.Do(func() {
		close(p.stop)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.closed = true
		if p.last != nil {
			p.last.Release()
		}
		p.drawer.close()
		p.pool.close()
	})
	return nil
}
