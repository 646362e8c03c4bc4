package testcard

import (
	"errors"
	"fmt"
	"time"
)

// The strip's 64 bits: 42 of milliseconds since 1970 in UTC (until the year 2109), 14 of the frame number, and the
// CRC-8 of those seven bytes.
const (
	frameBits = 14
	crcBits   = 8
	timeBits  = Cells - frameBits - crcBits

	// Frames is the number of frames after which the frame number starts again at 0.
	Frames = 1 << frameBits
)

// ErrNoStrip is returned for a picture that holds no readable clock strip.
var ErrNoStrip = errors.New("no clock strip in the picture")

// minContrast is the least difference of the darkest and brightest cell, in levels of luma.
const minContrast = 64

// encode returns the bits of the strip, the first cell's most significant.
func encode(t time.Time, frame uint32) uint64 {
	ms := uint64(t.UnixMilli()) & (1<<timeBits - 1)
	payload := ms<<frameBits | uint64(frame%Frames)
	return payload<<crcBits | uint64(crc8(payload))
}

// crc8 returns the CRC-8 (polynomial 0x07, initial value 0xff, so that a black strip is not a valid one) of the low
// seven bytes of payload.
func crc8(payload uint64) uint8 {
	crc := uint8(0xff)
	for shift := 48; shift >= 0; shift -= 8 {
		crc ^= uint8(payload >> shift)
		for range 8 {
			carry := crc >> 7
			crc = crc<<1 ^ carry*0x07
		}
	}
	return crc
}

// Decode reads the strip of a picture of w x h pixels, scaled from a card's as it may be. luma returns the brightness of
// a pixel, in full or limited range. It returns the time drawn, to the millisecond, and the frame number modulo Frames.
// The error is ErrNoStrip.
func Decode(luma func(x, y int) uint8, w, h int) (t time.Time, frame uint32, err error) {
	if w < MinWidth || h < MinHeight {
		return t, 0, fmt.Errorf("%w: %dx%d is too small", ErrNoStrip, w, h)
	}
	var level [Cells]int
	low, high := 255, 0
	for i := range Cells {
		level[i] = mean(luma, w, h, i)
		low, high = min(low, level[i]), max(high, level[i])
	}
	if high-low < minContrast {
		return t, 0, fmt.Errorf("%w: its cells are all alike", ErrNoStrip)
	}
	var bits uint64
	for _, l := range level {
		bits <<= 1
		if l > (low+high)/2 {
			bits |= 1
		}
	}
	payload := bits >> crcBits
	if crc8(payload) != uint8(bits) {
		return t, 0, fmt.Errorf("%w: checksum mismatch", ErrNoStrip)
	}
	return time.UnixMilli(int64(payload >> frameBits)), uint32(payload % Frames), nil
}

// mean returns the brightness of the middle half of a cell, from at most 8 x 8 of its pixels.
func mean(luma func(x, y int) uint8, w, h, cell int) int {
	r := Cell(w, h, cell)
	r.Min.X, r.Max.X = middle(r.Min.X, r.Max.X)
	r.Min.Y, r.Max.Y = middle(r.Min.Y, r.Max.Y)
	sum, n := 0, 0
	for y := r.Min.Y; y < r.Max.Y; y += max(1, r.Dy()/8) {
		for x := r.Min.X; x < r.Max.X; x += max(1, r.Dx()/8) {
			sum += int(luma(x, y))
			n++
		}
	}
	return sum / n
}

// middle returns the middle half of an interval of at least one pixel.
func middle(from, to int) (int, int) {
	quarter := (to - from) / 4
	return from + quarter, to - quarter
}
