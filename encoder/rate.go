package encoder

import (
	"time"

	"golive/capture"
)

const (
	// fullBuffer is how much the buffer of the rate control (VBV) holds, in time at the bit rate.
	fullBuffer = 500 * time.Millisecond
	// x264 weighs what it learned by the size of the buffer: with half a second it takes two to follow a bit rate.
	// After a change the buffer therefore holds tightPictures for forgetPictures, and becomes whole again so slowly that
	// what is left over of the bit rate fills it: where it is less than half full, x264 saves.
	tightPictures  = 2
	forgetPictures = 12
	regrowTime     = 4 * time.Second
	// A change of less than a part of the bit rate needs none of this.
	smallChange = 8
)

// SetBitRate changes the bit rate, in bit/s, from the next picture on. An encoder that cannot do that while it is open
// is opened anew then, with a key frame.
func (v *Video) SetBitRate(bps int) {
	bps = max(MinBitRate, min(MaxBitRate, bps))
	if bps == v.config.BitRate {
		return
	}
	step := max(bps-v.config.BitRate, v.config.BitRate-bps)
	if v.row.slowRate && step > v.config.BitRate/smallChange {
		v.changed = 0
	}
	v.config.BitRate = bps
	if v.row.fixedRate {
		v.stale = true
	} else if v.session != nil {
		v.session.setRate(bps, v.buffer())
	}
}

// buffer returns how much the buffer of the rate control holds.
func (c VideoConfig) buffer() time.Duration {
	picture := capture.Duration(1, c.FrameRate)
	if c.LowLatency {
		return picture
	}
	return max(fullBuffer, picture)
}

// buffer returns how much it holds now.
func (v *Video) buffer() time.Duration {
	whole := v.config.buffer()
	if v.changed < 0 {
		return whole
	}
	tight := capture.Duration(tightPictures, v.config.FrameRate)
	grown := capture.Duration(max(0, v.changed-forgetPictures), v.config.FrameRate)
	return min(whole, tight+time.Duration(float64(whole-tight)*grown.Seconds()/regrowTime.Seconds()))
}

// settle lets the buffer grow, picture by picture.
func (v *Video) settle() {
	if v.changed < 0 {
		return
	}
	v.changed++
	if v.buffer() >= v.config.buffer() {
		v.changed = -1
	}
	v.session.setRate(v.config.BitRate, v.buffer())
}
