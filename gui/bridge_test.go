package gui

import (
	"context"
	"sync"
	"testing"
)

func TestBridgeKeepsOnePending(t *testing.T) {
	var mu sync.Mutex
	var queue []func()
	prepared, drawn := 0, 0
	b := newBridge(func() func() {
		prepared++
		return func() { drawn++ }
	}, true)
	b.do = func(f func()) {
		mu.Lock()
		defer mu.Unlock()
		queue = append(queue, f)
	}
	for range 5 {
		b.refresh()
	}
	if len(queue) != 1 || prepared != 1 {
		t.Fatalf("%d draws are on their way, %d prepared", len(queue), prepared)
	}
	queue[0]()
	b.refresh()
	if len(queue) != 2 || drawn != 1 {
		t.Errorf("after a draw: %d queued, %d drawn", len(queue), drawn)
	}
}

func TestBridgeRuns(t *testing.T) {
	drawn := make(chan struct{}, 100)
	b := newBridge(func() func() {
		return func() {
			select {
			case drawn <- struct{}{}:
			default:
			}
		}
	}, true)
	b.do = func(f func()) { f() }
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { b.run(ctx) })
	for range 3 {
		b.changed()
		<-drawn
	}
	cancel()
	done.Wait()
}
