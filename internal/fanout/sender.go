package fanout

import (
	"sync"
	"sync/atomic"
)

// A Turn is what a Sender knows of a viewer.
type Turn struct {
	drain func()
	awake atomic.Bool // the sender knows that something is waiting
}

// NewTurn returns the turn of a viewer: drain sends what waits for it, or as much as others can wait for.
func NewTurn(drain func()) *Turn { return &Turn{drain: drain} }

// A Sender sends what its viewers have waiting, in one goroutine.
type Sender struct {
	Lossy bool // packets may get lost on their way
	flush func()

	mu      sync.Mutex
	filled  sync.Cond // somebody is ready, or closed
	ready   []*Turn
	closed  bool
	running sync.WaitGroup
}

// NewSender starts a sender, which Close ends. flush makes leave what a round of turns has written.
func NewSender(lossy bool, flush func()) *Sender {
	d := &Sender{Lossy: lossy, flush: flush}
	d.filled.L = &d.mu
	d.running.Go(d.run)
	return d
}

// Wake says that the viewer of v has something waiting. It never blocks.
func (d *Sender) Wake(v *Turn) {
	if v.awake.Swap(true) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ready = append(d.ready, v)
	d.filled.Signal()
}

func (d *Sender) run() {
	var turns []*Turn
	for {
		d.mu.Lock()
		for len(d.ready) == 0 && !d.closed {
			d.filled.Wait()
		}
		if d.closed {
			d.mu.Unlock()
			return
		}
		turns, d.ready = d.ready, turns[:0]
		d.mu.Unlock()
		for i, v := range turns {
			v.awake.Store(false)
			v.drain()
			turns[i] = nil
		}
		d.flush()
	}
}

// Close ends the sender and waits. It may be called twice. Its viewers must have been closed.
func (d *Sender) Close() {
	d.mu.Lock()
	d.closed = true
	d.filled.Broadcast()
	d.mu.Unlock()
	d.running.Wait()
}
