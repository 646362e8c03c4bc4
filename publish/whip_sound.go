package publish

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

// A keptSound is a packet of sound that may not have arrived.
type keptSound struct {
	header      rtp.Header
	payload     []byte
	first, last time.Time    // when it was sent
	fate        atomic.Int32 // what the reports say
}

// What the reports say about a packet.
const (
	unknown int32 = iota
	arrived
	missing
)

// keptSoundKey is under which a ledger finds the keptSound that a packet is.
type keptSoundKey struct{}

// A soundKeeper sends sound again that was not reported in time: few receivers ask for it, it is little, and a gap in it is
// heard.
type soundKeeper struct {
	ledger *ledger
	turns  *turns
	over   <-chan struct{} // closed when the connection is over

	mu   sync.Mutex
	next interceptor.RTPWriter // nearer to the network; nil before there is one
	kept []*keptSound          // oldest first
}

// bind returns what writes the packets of a stream that go to next.
func (k *soundKeeper) bind(next interceptor.RTPWriter) interceptor.RTPWriter {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = next
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, _ interceptor.Attributes) (int, error) {
		k.mu.Lock()
		defer k.mu.Unlock()
		p := &keptSound{header: h.Clone(), payload: payload, first: time.Now()}
		k.kept = append(k.kept, p)
		return k.send(p, p.first)
	})
}

// again sends what is overdue. Where nothing is reported, nothing is.
func (k *soundKeeper) again(now time.Time) {
	usual := k.ledger.totals().usual
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = slices.DeleteFunc(k.kept, func(p *keptSound) bool { return p.fate.Load() == arrived || now.Sub(p.first) > stillOfUse })
	for _, p := range k.kept {
		if usual == 0 || p.fate.Load() != missing && now.Sub(p.last) < usual+gapSlack {
			continue
		}
		if !k.turns.wait(len(p.payload)+rtpOverhead, k.over) {
			return
		}
		if _, err := k.send(p, now); err != nil {
			return // the next packet meets it too
		}
	}
}

func (k *soundKeeper) send(p *keptSound, now time.Time) (int, error) {
	p.last = now
	p.fate.CompareAndSwap(missing, unknown)
	h := p.header.Clone() // it gets a number of the transport
	return k.next.Write(&h, p.payload, interceptor.Attributes{keptSoundKey{}: p})
}
