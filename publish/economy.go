package publish

import (
	"image"
	"time"

	"golive/capture"
	"golive/encoder"
)

// lean is the bit rate a pixel, in bit, below which few moving pictures are still good ones.
const lean = 0.025

// resume is by how much more there must be to give back what was left out.
const resume = 1.4

// leastHalved is the lowest frame rate that may be halved.
const leastHalved = 24

// An economy is what is left out of the pictures because the way does not carry their bit rate. The size of the coded
// picture never changes: services end a stream whose size changes, and a recording that copies its packets would break.
// What becomes smaller is the detail in it, which is what costs bits.
type economy int32

const (
	wholePicture economy = iota
	halfRate             // every second picture is left out
	halfDetail           // that, and the pictures have the detail of half their size
)

// String returns what Stats call it.
func (e economy) String() string {
	return [...]string{"", "half the frame rate", "half the frame rate, half the size"}[e]
}

// next returns the economy for a bit rate, of which most is the one that the user wants.
func (e economy) next(rate, most int, size image.Point, fps float64) economy {
	perPixel := float64(rate) / (float64(size.X*size.Y) * fps)
	enough := func(now economy) float64 {
		if e > now {
			return lean * resume
		}
		return lean
	}
	switch {
	case 2*rate >= most || perPixel >= enough(wholePicture):
		return wholePicture
	case 3*rate >= most || 2*perPixel >= enough(halfRate):
		return halfRate
	}
	return halfDetail
}

// halves says whether every second picture is left out.
func (e economy) halves(rate encoder.Rational) bool {
	return e >= halfRate && rate.Float() >= leastHalved
}

// leavesOut says whether the picture of a tick is left out.
func (e economy) leavesOut(tick int64, rate encoder.Rational) bool {
	return e.halves(rate) && tick%2 != 0
}

// perFull returns the bit rate to ask the encoder for. It believes that no picture is left out, and gives to those that
// come only their share.
func (e *pictureEncoder) perFull() int {
	rate := int(e.rate.Load())
	if economy(e.economy.Load()).halves(e.config.FrameRate) {
		rate *= 2
	}
	return rate
}

// soften returns the picture to encode, which must be released, too.
func (e *pictureEncoder) soften(f *capture.VideoFrame) *capture.VideoFrame {
	if economy(e.economy.Load()) < halfDetail {
		return f.Retain()
	}
	if e.softener == nil {
		e.softener = capture.NewSoftener(image.Pt(f.Width, f.Height))
	}
	return e.softener.Soften(f)
}

// overdue says whether it is time for a key frame: the encoder counts pictures, of which some are left out.
func (e *pictureEncoder) overdue(since time.Duration) bool {
	return economy(e.economy.Load()) > wholePicture && e.config.KeyInterval > 0 && since >= e.config.KeyInterval
}
