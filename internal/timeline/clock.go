package timeline

import (
	"net"
	"time"

	"golive/encoder"
)

// A Clock relates the presentation times of a stream to the time of day. Who captures on this computer says when
// each picture was taken, and so does another Golive that marks its key frames; for any other stream, the quickest
// packet so far is as near as one gets.
type Clock struct {
	Epoch    time.Time // time of day at PTS 0
	Captured int       // how many pictures said when they were taken, as far as that is believed
	Doubt    string    // why no latency can be told by it, "" when it can
}

// What latency cannot be told for.
const (
	DoubtArrival = "no-capture-time" // the publisher does not say when pictures were taken
	DoubtClock   = "publisher-clock" // it does, by the clock of another computer
)

const (
	// maxSlip is what the epoch may be off by before it is set anew: a publisher that jumped.
	maxSlip = time.Second
	// maxCaptureSlip is the same where pictures say when they were taken, which jitters within a picture's length.
	maxCaptureSlip = 100 * time.Millisecond
	// MaxLatency is what is believed between a picture and its arrival, and its being seen.
	MaxLatency = time.Minute
	// maxEarly is how much later than it arrived a picture may seem to be taken.
	maxEarly = 20 * time.Millisecond
)

// Observe learns from a packet that was handed over at now. taken is when its picture was taken, or the zero time;
// believed says whether that is by the clock of this computer, or one that goes with it.
func (c *Clock) Observe(pkt *encoder.Packet, taken time.Time, believed bool, now time.Time) {
	if age := now.Sub(taken); !taken.IsZero() && believed && age > -maxEarly && age < MaxLatency {
		c.observeCapture(taken.Add(-pkt.PTS))
		return
	}
	if !taken.IsZero() {
		c.Captured, c.Doubt = 0, DoubtClock
	}
	if c.Captured == 0 {
		c.observeArrival(now.Add(-pkt.DTS))
	}
}

// observeCapture takes the mean of the last epochs seen.
func (c *Clock) observeCapture(epoch time.Time) {
	slip := epoch.Sub(c.Epoch)
	if c.Captured == 0 || slip.Abs() > maxCaptureSlip {
		*c = Clock{Epoch: epoch, Captured: 1}
		return
	}
	c.Captured = min(c.Captured+1, 16)
	c.Epoch = c.Epoch.Add(slip / time.Duration(c.Captured))
}

func (c *Clock) observeArrival(epoch time.Time) {
	if c.Doubt == "" {
		c.Doubt = DoubtArrival
	}
	if slip := epoch.Sub(c.Epoch); c.Epoch.IsZero() || slip < 0 || slip > 10*maxSlip {
		c.Epoch = epoch
	}
}

// Wall returns the time of day of pts.
func (c *Clock) Wall(pts time.Duration) time.Time { return c.Epoch.Add(pts) }

// PTS returns the presentation time of a time of day.
func (c *Clock) PTS(wall time.Time) time.Duration { return wall.Sub(c.Epoch) }

// Near says whether a peer is on this computer, and so goes by its clock.
func Near(peer net.Addr) bool {
	if peer == nil {
		return false
	}
	host, _, err := net.SplitHostPort(peer.String())
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	if ip.IsLoopback() {
		return true
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range own {
		if n, ok := a.(*net.IPNet); ok && n.IP.Equal(ip) {
			return true
		}
	}
	return false
}
