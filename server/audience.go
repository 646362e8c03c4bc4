package server

import (
	"sync"
	"time"
)

const (
	maxAudience = 1000
	// hlsGone is when somebody who asked for nothing is no longer counted: twice the longest wait for a playlist.
	hlsGone = 6 * time.Second
)

// An audience counts who watches over HLS, where there are requests but no connection. The page names itself in the
// query of its requests; other players are known by their address.
type audience struct {
	mu   sync.Mutex
	seen map[string]*listener
}

type listener struct {
	at      time.Time
	latency latency
}

// saw notes a request. It says false when no more people can be counted.
func (a *audience) saw(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.seen[id]
	if l == nil {
		a.prune()
		if len(a.seen) >= maxAudience {
			return false
		}
		l = &listener{}
		a.seen[id] = l
	}
	l.at = time.Now()
	return true
}

// measured notes the latency that id told; false when it is not watching.
func (a *audience) measured(id string, d time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.seen[id]
	if l == nil {
		return false
	}
	l.latency.set(d)
	return true
}

func (a *audience) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune()
	return len(a.seen)
}

func (a *audience) latencies() []time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune()
	var all []time.Duration
	for _, l := range a.seen {
		if d, ok := l.latency.get(); ok {
			all = append(all, d)
		}
	}
	return all
}

// prune forgets who is gone. a.mu is held.
func (a *audience) prune() {
	for id, l := range a.seen {
		if time.Since(l.at) > hlsGone {
			delete(a.seen, id)
		}
	}
}
