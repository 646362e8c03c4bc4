package gui

import (
	"context"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// A bridge carries refreshes to the goroutine of the window, at most one at a time. It is the one place that calls
// fyne.Do.
type bridge struct {
	prepare func() (draw func()) // called off the window's goroutine; what it returns is called on it
	do      func(func())         // fyne.Do; tests run it inline
	wake    chan struct{}        // one slot: refresh soon
	pending atomic.Bool          // a draw is on its way
	pace    pace
	queued  atomic.Int64 // ns that the last draw had to wait
}

func newBridge(prepare func() func(), software bool) *bridge {
	return &bridge{prepare: prepare, do: fyne.Do, wake: make(chan struct{}, 1), pace: newPace(software)}
}

// changed asks for a refresh soon. Any goroutine may call it.
func (b *bridge) changed() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// onWindow runs f on the goroutine of the window, later.
func (b *bridge) onWindow(f func()) { b.do(f) }

// run refreshes the window until ctx ends.
func (b *bridge) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			timer.Reset(b.pace.interval)
		case <-b.wake:
		}
		b.refresh()
	}
}

// refresh draws once, unless the last draw is still on its way: then the next tick is soon enough.
func (b *bridge) refresh() {
	if !b.pending.CompareAndSwap(false, true) {
		b.pace.observe(b.pace.interval)
		return
	}
	b.pace.observe(time.Duration(b.queued.Load()))
	draw := b.prepare()
	posted := time.Now()
	b.do(func() {
		b.queued.Store(int64(time.Since(posted)))
		draw()
		b.pending.Store(false)
	})
}
