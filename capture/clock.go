package capture

import (
	"math/bits"
	"time"
)

// A Clock is the one time of a broadcast: it starts at zero and never goes back.
type Clock struct{ start time.Time }

// NewClock returns a Clock that starts now.
func NewClock() *Clock { return &Clock{start: time.Now()} }

// Now returns the time since the clock started.
func (c *Clock) Now() time.Duration { return time.Since(c.start) }

// Wall returns the time of day at t on the clock.
func (c *Clock) Wall(t time.Duration) time.Time { return c.start.Add(t) }

// Ticks converts t to a count of 1/rate seconds (90000, a sample rate, a frame rate as num/den), rounding to nearest.
// It is how times become the ticks of a wire: truncating is off by one tick for two thirds of frames at 30 fps.
func Ticks(t time.Duration, rate Rational) int64 {
	neg := t < 0
	if neg {
		t = -t
	}
	hi, lo := bits.Mul64(uint64(t), uint64(rate.Num))
	div := uint64(time.Second) * uint64(rate.Den)
	lo, carry := bits.Add64(lo, div/2, 0)
	n, _ := bits.Div64(hi+carry, lo, div)
	if neg {
		return -int64(n)
	}
	return int64(n)
}

// Duration converts n ticks of 1/rate seconds to a Duration, rounding to nearest.
func Duration(n int64, rate Rational) time.Duration {
	neg := n < 0
	if neg {
		n = -n
	}
	hi, lo := bits.Mul64(uint64(n)*uint64(rate.Den), uint64(time.Second))
	lo, carry := bits.Add64(lo, uint64(rate.Num)/2, 0)
	d, _ := bits.Div64(hi+carry, lo, uint64(rate.Num))
	if neg {
		return -time.Duration(d)
	}
	return time.Duration(d)
}
