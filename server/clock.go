package server

import (
	"time"

	"golive/encoder"
)

// A mediaClock relates the presentation times of a stream to the time of day. Who captures on this computer says when
// each picture was taken; for a stream that came over a network, the quickest packet so far is as near as one gets.
type mediaClock struct {
	epoch    time.Time // time of day at PTS 0
	captured bool      // epoch is known from pictures, not from arrivals
}

// maxSlip is what the epoch may be off by before it is set anew: a clock that was put right, a publisher that jumped.
const maxSlip = time.Second

// observe learns from a packet that was handed over at now.
func (c *mediaClock) observe(pkt *encoder.Packet, now time.Time) {
	if !pkt.Captured.IsZero() && pkt.Stream.Codec.Video() {
		seen := pkt.Captured.Add(-pkt.PTS)
		if slip := seen.Sub(c.epoch); c.captured && slip.Abs() < maxSlip {
			c.epoch = c.epoch.Add(slip / 16) // smooth: capture jitters within a frame
			return
		}
		c.epoch, c.captured = seen, true
		return
	}
	if c.captured {
		return
	}
	seen := now.Add(-pkt.DTS)
	if slip := seen.Sub(c.epoch); c.epoch.IsZero() || slip < 0 || slip > 10*maxSlip {
		c.epoch = seen
	}
}

// wall returns the time of day of pts.
func (c *mediaClock) wall(pts time.Duration) time.Time { return c.epoch.Add(pts) }

// pts returns the presentation time of a time of day.
func (c *mediaClock) pts(wall time.Time) time.Duration { return wall.Sub(c.epoch) }
