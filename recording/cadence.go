package recording

import (
	"time"

	"golive/encoder"
)

const (
	// maxFragment is what a crash may cost, beside the sample of each track that waits for its successor.
	maxFragment = time.Second
	// firstFragment is sooner, as a file without any has no picture to show.
	firstFragment = maxFragment / 4
)

// A cadence says when a piece of a file is complete: before each key frame, and each maxFragment.
type cadence struct {
	start time.Duration // DTS of the first packet of the piece
	any   bool          // there was a piece before
}

// ends says whether a piece ends at p, and begins the next.
func (c *cadence) ends(p *encoder.Packet) bool {
	most := maxFragment
	if !c.any {
		most = firstFragment
	}
	if p.DTS-c.start < most && !(p.Stream.Codec.Video() && p.Keyframe) {
		return false
	}
	c.any = c.any || p.DTS > c.start
	c.start = p.DTS
	return true
}
