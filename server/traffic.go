package server

import (
	"maps"
	"sync"
	"sync/atomic"

	"golive/internal/fanout"
)

// traffic is what has come and gone since the server began.
type traffic struct {
	received atomic.Int64 // bytes of packets

	mu   sync.Mutex
	gone map[string]flow // to viewers who are gone, and over HTTP, by protocol
}

// A flow is what went to viewers.
type flow struct{ bytes, dropped int64 }

func (a flow) plus(b flow) flow { return flow{a.bytes + b.bytes, a.dropped + b.dropped} }

// add counts what went to viewers over a protocol.
func (t *traffic) add(protocol string, f flow) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone == nil {
		t.gone = map[string]flow{}
	}
	t.gone[protocol] = t.gone[protocol].plus(f)
}

// count adds what went through the queue of a viewer who is gone.
func (t *traffic) count(protocol string, q *fanout.Queue) {
	bytes, dropped := q.Tally()
	t.add(protocol, flow{bytes, dropped})
}

// flows returns what went to viewers so far, by protocol. Those who are leaving just now may be missing.
func (s *Server) flows() map[string]flow {
	s.traffic.mu.Lock()
	all := maps.Clone(s.traffic.gone)
	s.traffic.mu.Unlock()
	if all == nil {
		all = map[string]flow{}
	}
	for _, p := range s.running() {
		for _, v := range p.audience() {
			if d := v.describe(); d.Protocol != "hls" && d.Protocol != "dash" { // those are counted as they are answered
				all[d.Protocol] = all[d.Protocol].plus(flow{d.SentBytes, d.Dropped})
			}
		}
	}
	return all
}
