package server

import (
	"net"
	"time"

	"golive/encoder"
)

// A mediaClock relates the presentation times of a stream to the time of day. Who captures on this computer says when
// each picture was taken, and so does another Golive that marks its key frames; for any other stream, the quickest
// packet so far is as near as one gets.
type mediaClock struct {
	epoch    time.Time // time of day at PTS 0
	captured int       // how many pictures said when they were taken, as far as that is believed
	doubt    string    // why no latency can be told by it, "" when it can
}

// What latency cannot be told for.
const (
	doubtArrival = "no-capture-time" // the publisher does not say when pictures were taken
	doubtClock   = "publisher-clock" // it does, by the clock of another computer
)

const (
	// maxSlip is what the epoch may be off by before it is set anew: a publisher that jumped.
	maxSlip = time.Second
	// maxCaptureSlip is the same where pictures say when they were taken, which jitters within a picture's length.
	maxCaptureSlip = 100 * time.Millisecond
	// maxEarly is how much later than it arrived a picture may seem to be taken.
	maxEarly = 20 * time.Millisecond
)

// observe learns from a packet that was handed over at now. taken is when its picture was taken, or the zero time;
// believed says whether that is by the clock of this computer, or one that goes with it.
func (c *mediaClock) observe(pkt *encoder.Packet, taken time.Time, believed bool, now time.Time) {
	if age := now.Sub(taken); !taken.IsZero() && believed && age > -maxEarly && age < maxLatency {
		c.observeCapture(taken.Add(-pkt.PTS))
		return
	}
	if !taken.IsZero() {
		c.captured, c.doubt = 0, doubtClock
	}
	if c.captured == 0 {
		c.observeArrival(now.Add(-pkt.DTS))
	}
}

// observeCapture takes the mean of the last epochs seen.
func (c *mediaClock) observeCapture(epoch time.Time) {
	slip := epoch.Sub(c.epoch)
	if c.captured == 0 || slip.Abs() > maxCaptureSlip {
		*c = mediaClock{epoch: epoch, captured: 1}
		return
	}
	c.captured = min(c.captured+1, 16)
	c.epoch = c.epoch.Add(slip / time.Duration(c.captured))
}

func (c *mediaClock) observeArrival(epoch time.Time) {
	if c.doubt == "" {
		c.doubt = doubtArrival
	}
	if slip := epoch.Sub(c.epoch); c.epoch.IsZero() || slip < 0 || slip > 10*maxSlip {
		c.epoch = epoch
	}
}

// wall returns the time of day of pts.
func (c *mediaClock) wall(pts time.Duration) time.Time { return c.epoch.Add(pts) }

// pts returns the presentation time of a time of day.
func (c *mediaClock) pts(wall time.Time) time.Duration { return wall.Sub(c.epoch) }

// near says whether a peer is on this computer, and so goes by its clock.
func near(peer net.Addr) bool {
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
