package intake

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"golive/capture"
	"golive/encoder"
)

const (
	// maxSlew is how much a track is moved with each of its packets, so that none overtakes another.
	maxSlew = time.Millisecond
	// maxSkew is how far apart sound and picture can be sent; clocks that say more are wrong.
	maxSkew = 2 * time.Second
)

// An rtpClock turns the RTP timestamps of one track into times of its stream.
type rtpClock struct {
	rate   encoder.Rational
	begun  bool
	last   uint32
	ticks  int64         // of last, without wrapping
	offset time.Duration // the time of tick 0
	// What the newest sender report said: the NTP time of a tick.
	reported bool
	ntp      time.Time
	at       int64 // ticks
}

// time returns the time of a packet. The first is of the time that it came at: since is that, since the stream began.
func (c *rtpClock) time(timestamp uint32, since time.Duration) time.Duration {
	if !c.begun {
		c.begun, c.last, c.offset = true, timestamp, since
	}
	c.ticks = c.unwrap(timestamp)
	c.last = timestamp
	return c.offset + capture.Duration(c.ticks, c.rate)
}

func (c *rtpClock) unwrap(timestamp uint32) int64 { return c.ticks + int64(int32(timestamp-c.last)) }

// report takes a sender report (RFC 3550 section 6.4.1).
func (c *rtpClock) report(r *rtcp.SenderReport) {
	if !c.begun || r.NTPTime == 0 {
		return
	}
	c.reported = true
	c.ntp = rtp.AbsCaptureTimeExtension{Timestamp: r.NTPTime}.CaptureTime()
	c.at = c.unwrap(r.RTPTime)
}

// zero returns the NTP time of time 0 of the stream, as this track has it.
func (c *rtpClock) zero() time.Time {
	return c.ntp.Add(-c.offset - capture.Duration(c.at, c.rate))
}

// follow moves c towards what keeps it together with other, which has the same NTP clock.
func (c *rtpClock) follow(other *rtpClock) {
	if !c.reported || !other.reported {
		return
	}
	late := c.zero().Sub(other.zero())
	if late.Abs() < maxSkew {
		c.offset += min(max(late, -maxSlew), maxSlew)
	}
}
