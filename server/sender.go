package server

import "sync"

// A sender sends what its viewers have waiting, in one goroutine.
type sender struct {
	lossy bool   // packets may get lost on their way
	flush func() // makes what was written leave

	mu      sync.Mutex
	filled  sync.Cond // somebody is ready, or closed
	ready   []*session
	closed  bool
	running sync.WaitGroup
}

// newSender starts a sender, which close ends.
func newSender(lossy bool, flush func()) *sender {
	d := &sender{lossy: lossy, flush: flush}
	d.filled.L = &d.mu
	d.running.Go(d.run)
	return d
}

// wake says that v has something waiting. It never blocks.
func (d *sender) wake(v *session) {
	if v.awake.Swap(true) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ready = append(d.ready, v)
	d.filled.Signal()
}

func (d *sender) run() {
	var turn []*session
	for {
		d.mu.Lock()
		for len(d.ready) == 0 && !d.closed {
			d.filled.Wait()
		}
		if d.closed {
			d.mu.Unlock()
			return
		}
		turn, d.ready = d.ready, turn[:0]
		d.mu.Unlock()
		for i, v := range turn {
			v.awake.Store(false)
			v.drain()
			turn[i] = nil
		}
		d.flush()
	}
}

// close ends the sender and waits. It may be called twice. Its viewers must have been closed.
func (d *sender) close() {
	d.mu.Lock()
	d.closed = true
	d.filled.Broadcast()
	d.mu.Unlock()
	d.running.Wait()
}
