package server

import (
	"net/http"
	"sync/atomic"
	"time"

	"golive/internal/refusal"
	"golive/internal/timeline"
)

// A Latency is what a viewer measured: from when a picture was taken until it was shown.
type Latency struct {
	Total  time.Duration
	Player time.Duration // what of it the picture was at the viewer's, from its last packet on; below zero when not known
}

// told is a Latency as a viewer tells it, in milliseconds.
type told struct {
	MS       float64  `json:"ms"`
	PlayerMS *float64 `json:"player_ms"`
}

func (t told) check() error {
	if t.MS < 0 || t.MS > float64(timeline.MaxLatency.Milliseconds()) || t.PlayerMS != nil && (*t.PlayerMS < 0 || *t.PlayerMS > t.MS) {
		return refusal.New(http.StatusBadRequest, `send {"session":"...","ms":n} with 0 to 60000 ms, and "player_ms":n of them where that is known`)
	}
	return nil
}

func (t told) latency() Latency {
	ms := func(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }
	l := Latency{Total: ms(t.MS), Player: -1}
	if t.PlayerMS != nil {
		l.Player = ms(*t.PlayerMS)
	}
	return l
}

// noteLatency notes what a viewer of a stream measured.
func (s *Server) noteLatency(stream, session string, t told) error {
	if err := t.check(); err != nil {
		return err
	}
	p := s.stream(stream)
	if p == nil || !p.measured(session, t.latency()) {
		return refusal.New(http.StatusNotFound, "there is no such session")
	}
	return nil
}

// measured notes the latency of a viewer; false when there is no such viewer.
func (p *Publication) measured(id string, l Latency) bool {
	if v, ok := p.server.seats.of("/whep/" + p.name + "/" + id).(*session); ok {
		v.latency.set(l)
		return true
	}
	return p.crowd.measured(id, l)
}

// Latencies returns the newest latency of each viewer that measures it; none where that is in doubt.
func (p *Publication) Latencies() []Latency {
	all := p.crowd.latencies()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.clock.Captured == 0 {
		return nil
	}
	for v := range p.viewers {
		if l, ok := v.latency.get(); ok {
			all = append(all, l)
		}
	}
	return all
}

// A latency is the newest measure of one viewer.
type latency struct {
	newest atomic.Pointer[Latency]
	at     atomic.Int64 // Unix ns
}

// fresh is how long a measure counts.
const fresh = 5 * time.Second

func (l *latency) set(newest Latency) {
	l.newest.Store(&newest)
	l.at.Store(time.Now().UnixNano())
}

func (l *latency) get() (Latency, bool) {
	newest := l.newest.Load()
	if newest == nil || time.Since(time.Unix(0, l.at.Load())) >= fresh {
		return Latency{}, false
	}
	return *newest, true
}

// ms returns a total that is fresh in milliseconds.
func (l *latency) ms() *float64 {
	newest, ok := l.get()
	if !ok {
		return nil
	}
	n := float64(newest.Total) / float64(time.Millisecond)
	return &n
}
