package intake

import (
	"time"

	"github.com/pion/rtp"
)

const (
	// lossWait is how long a packet that is missing may take to come again: a few round trips.
	lossWait = 200 * time.Millisecond
	// MaxAhead is how many packets wait for one before them.
	MaxAhead = 1024
)

// An Orderer puts the RTP packets of a track in the order they were sent, and waits for those that are missing: they
// have been asked for again.
type Orderer struct {
	Wait  time.Duration // for a packet that is missing
	begun bool
	next  uint16
	held  map[uint16]arrival
}

// An arrival is a packet that waits for others.
type arrival struct {
	pkt *rtp.Packet
	at  time.Time
}

// An Ordered packet is one whose turn it is.
type Ordered struct {
	*rtp.Packet
	Lost bool // what was sent right before it will not come any more
}

// Push takes a packet that came at now, and returns those whose turn it is.
func (o *Orderer) Push(pkt *rtp.Packet, now time.Time) (ready []Ordered) {
	lost := false
	ahead := int16(pkt.SequenceNumber - o.next)
	if !o.begun || ahead > MaxAhead || ahead < -MaxAhead { // the first, or a sender that counts anew
		lost = o.begun
		o.begun, o.next, o.held = true, pkt.SequenceNumber, map[uint16]arrival{}
		ahead = 0
	}
	if ahead < 0 {
		return nil // too late, or twice
	}
	o.held[pkt.SequenceNumber] = arrival{pkt, now}
	for len(o.held) > 0 {
		a, ok := o.held[o.next]
		switch {
		case ok:
			delete(o.held, o.next)
			ready = append(ready, Ordered{a.pkt, lost})
			o.next++
			lost = false
		case now.Sub(o.held[o.skip()].at) < o.Wait:
			return ready
		default:
			o.next, lost = o.skip(), true
		}
	}
	return ready
}

// skip returns the first packet behind those that are missing. There must be one.
func (o *Orderer) skip() uint16 {
	n := o.next
	for {
		if _, ok := o.held[n]; ok {
			return n
		}
		n++
	}
}
