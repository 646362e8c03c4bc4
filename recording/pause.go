package recording

import (
	"time"

	"golive/encoder"
)

// A pause takes stretches out of a recording, and out of its time: what follows one begins with a key frame, where the
// stretch began.
type pause struct {
	on       bool
	resuming bool          // until the next key frame
	end      time.Duration // of what was kept
	shift    time.Duration // of what was left out
}

// set begins or ends a pause.
func (c *pause) set(on bool) {
	if c.on && !on {
		c.resuming = true
	}
	c.on = on
}

// pass returns p in the time of the recording, or nil when p is left out. key: decoding of all streams can begin at p.
func (c *pause) pass(p *encoder.Packet, key bool) *encoder.Packet {
	if c.on || c.resuming && !key {
		return nil
	}
	if c.resuming {
		c.resuming = false
		c.shift = max(0, p.DTS-c.end)
	}
	if c.shift > 0 {
		moved := *p // packets are shared
		moved.PTS -= c.shift
		moved.DTS -= c.shift
		p = &moved
	}
	if key || p.Stream.Codec.Video() {
		c.end = max(c.end, p.DTS+p.Duration)
	}
	c.end = max(c.end, p.DTS)
	return p
}
