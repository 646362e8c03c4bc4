package publish

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A fakeMonitor has a change whenever it is told.
type fakeMonitor struct {
	changes chan struct{}
	once    sync.Once
}

func (m *fakeMonitor) wait() error {
	if _, open := <-m.changes; !open {
		return net.ErrClosed
	}
	return nil
}

func (m *fakeMonitor) Close() error {
	m.once.Do(func() { close(m.changes) })
	return nil
}

// Many changes at once are one, and it is told when they are over.
func TestNetworkIsLookedAtWhenItIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &fakeMonitor{changes: make(chan struct{})}
		var told []time.Time
		w := &networkWatch{monitor: m, change: func() { told = append(told, time.Now()) }, changes: make(chan struct{}, 1)}
		w.loops.Go(w.listen)
		w.loops.Go(w.settle)
		for range 5 {
			m.changes <- struct{}{}
			time.Sleep(settleTime / 2)
		}
		last := time.Now().Add(-settleTime / 2)
		time.Sleep(time.Second)
		w.close()
		w.close()
		if len(told) != 1 || told[0].Sub(last) != settleTime {
			t.Errorf("told at %v, the last change was at %v", told, last)
		}
	})
}

func TestNetworkWatchEnds(t *testing.T) {
	w := watchNetwork(func() {}, discard)
	begin := time.Now()
	w.close()
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestSource(t *testing.T) {
	if got := source(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}); !got.IsLoopback() {
		t.Errorf("%v for loopback", got)
	}
}

// A distantOutput knows its other side.
type distantOutput struct {
	*fakeOutput
	to net.Addr
}

func (o distantOutput) remote() net.Addr { return o.to }

// A connection whose way is as before lives on, one whose way has gone is given up at once, and one that waits tries.
func TestRewired(t *testing.T) {
	output := distantOutput{newFakeOutput(), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}}
	d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){accepts(output), fails(errors.New("down"))}}
	s := startTestSender(d)
	eventually(t, "a connection", func() bool { return state(s) == Live })
	s.rewired()
	if state(s) != Live || len(d.gaps()) != 0 {
		t.Fatal("given up for nothing")
	}
	s.mu.Lock()
	s.source = net.IPv4(192, 0, 2, 1) // as if this address had been taken away
	s.mu.Unlock()
	s.rewired()
	eventually(t, "the loss", func() bool { return state(s) == Reconnecting })
	eventually(t, "the longest wait", func() bool { return len(d.gaps()) >= 3 })
	tried := len(d.gaps())
	begin := time.Now()
	s.rewired()
	eventually(t, "another attempt", func() bool { return len(d.gaps()) > tried })
	if took := time.Since(begin); took > time.Second {
		t.Errorf("after %v", took)
	}
	s.end(time.Now())
}
