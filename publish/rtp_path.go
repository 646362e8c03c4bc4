package publish

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// An rtpPath is what the reports of a receiver tell of the way.
type rtpPath struct {
	resent atomic.Int64 // packets that were asked for again

	mu    sync.Mutex
	rtt   time.Duration
	loss  float64
	heard time.Time
}

// report takes in a report (RFC 3550 section 6.4.1).
func (p *rtpPath) report(now time.Time, r rtcp.ReceptionReport) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard, p.loss = now, float64(r.FractionLost)/256
	if r.LastSenderReport == 0 {
		return
	}
	units := int32(middle(now) - r.LastSenderReport - r.Delay) // of 1/65536 s
	if rtt := time.Duration(units) * time.Second >> 16; rtt >= 0 && rtt < noProgress {
		p.rtt = rtt
	}
}

func (p *rtpPath) roundTrip() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rtt
}

func (p *rtpPath) lossNow() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.loss
}

// middle returns the middle bits of the NTP time, of which reports speak.
func middle(t time.Time) uint32 { return uint32(rtp.NewAbsCaptureTimeExtension(t).Timestamp >> 16) }
