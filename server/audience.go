package server

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golive/internal/refusal"
)

const (
	maxAudience = 1000
	// hlsGone is when somebody who asked for nothing is no longer counted: twice the longest wait for a playlist.
	hlsGone = 6 * time.Second
	// hlsBanned is for how long somebody who was sent away is not served: there is no connection that could be ended.
	hlsBanned = time.Minute
)

var errBanned = errors.New("you were sent away by who looks after the server: come again in a minute")

// An audience counts who watches over HLS and DASH, where there are requests but no connection. The page names itself in
// the query of its requests; other players are known by their address.
type audience struct {
	mu   sync.Mutex
	seen map[string]*listener
}

func newAudience() audience { return audience{seen: map[string]*listener{}} }

// A listener is one of them.
type listener struct {
	id       string
	protocol string
	from     net.Addr
	since    time.Time
	at       time.Time // of the last request
	latency  latency
	bytes    atomic.Int64
	banned   atomic.Bool
}

// describe implements viewer.
func (l *listener) describe() viewerJSON {
	return viewerJSON{
		ID: publicID(l.id), Protocol: l.protocol, Address: addressOf(l.from).Addr().String(), Since: l.since.UTC(),
		LatencyMS: l.latency.ms(), SentBytes: l.bytes.Load(),
	}
}

// dismiss implements viewer.
func (l *listener) dismiss() { l.banned.Store(true) }

// saw notes a request. An error says why it is not to be answered.
func (a *audience) saw(id, protocol string, from net.Addr) (*listener, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.seen[id]
	if l != nil && l.banned.Load() {
		if time.Since(l.at) < hlsBanned {
			return nil, errBanned
		}
		l.banned.Store(false)
	}
	if l == nil {
		a.prune()
		if len(a.seen) >= maxAudience {
			return nil, errFull
		}
		l = &listener{id: id, protocol: protocol, from: from, since: time.Now()}
		a.seen[id] = l
	}
	l.at = time.Now()
	return l, nil
}

// admit counts who makes a request in, or says why it is not answered.
func (a *audience) admit(w http.ResponseWriter, r *http.Request, protocol string) bool {
	id := r.URL.Query().Get("session")
	if id == "" || len(id) > 64 {
		id, _, _ = net.SplitHostPort(r.RemoteAddr)
	}
	l, err := a.saw(id, protocol, peer(r.RemoteAddr))
	switch {
	case errors.Is(err, errBanned):
		refusal.Say(w, http.StatusForbidden, err.Error())
	case err != nil:
		refusal.Say(w, http.StatusServiceUnavailable, err.Error())
	default:
		if c, ok := w.(*answer); ok {
			c.to = l
		}
	}
	return err == nil
}

// measured notes the latency that id told; false when it is not watching.
func (a *audience) measured(id string, newest Latency) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.seen[id]
	if l == nil {
		return false
	}
	l.latency.set(newest)
	return true
}

func (a *audience) count() int { return len(a.viewers()) }

// viewers returns who watches now.
func (a *audience) viewers() []viewer {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune()
	var all []viewer
	for _, l := range a.seen {
		if !l.banned.Load() {
			all = append(all, l)
		}
	}
	return all
}

func (a *audience) latencies() []Latency {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune()
	var all []Latency
	for _, l := range a.seen {
		if newest, ok := l.latency.get(); ok {
			all = append(all, newest)
		}
	}
	return all
}

// prune forgets who is gone. a.mu is held.
func (a *audience) prune() {
	for id, l := range a.seen {
		patience := hlsGone
		if l.banned.Load() {
			patience = hlsBanned
		}
		if time.Since(l.at) > patience {
			delete(a.seen, id)
		}
	}
}
