package capture

import (
	"image"
	"sync/atomic"
	"time"

	"golive/capture/internal/yuv"
)

// A VideoFrame is one I420 picture, BT.709 limited range. It is immutable once a source has emitted it. Its planes lie
// in pooled C memory that is reused after the last Release, so whoever keeps a frame must Retain it.
type VideoFrame struct {
	PTS      time.Duration // on the Clock's grid: n / frame rate
	Captured time.Time     // when the picture was taken
	Took     time.Duration // what grabbing and converting it took
	Width    int           // pixels, even
	Height   int           // pixels, even
	Planes   [3][]byte     // Y (Width x Height), U, V (a quarter each)
	Strides  [3]int        // bytes a line of each plane

	refs    atomic.Int32
	release func() // what the last Release does
}

// Retain keeps the frame alive for one more Release, and returns it.
func (f *VideoFrame) Retain() *VideoFrame {
	f.refs.Add(1)
	return f
}

// Release gives the frame back. Its planes must not be used after it.
func (f *VideoFrame) Release() {
	if n := f.refs.Add(-1); n == 0 {
		f.release()
	} else if n < 0 {
		panic("capture: frame released twice")
	}
}

// Repeat returns the same picture for another moment: a frame of its own that shares f's planes and keeps them alive.
func (f *VideoFrame) Repeat(pts time.Duration, captured time.Time) *VideoFrame {
	f.Retain()
	r := &VideoFrame{
		PTS: pts, Captured: captured,
		Width: f.Width, Height: f.Height, Planes: f.Planes, Strides: f.Strides, release: f.Release,
	}
	r.refs.Store(1)
	return r
}

// Scaled returns the picture in another size, in pixels that are even: a frame of its own, which keeps the shape.
func (f *VideoFrame) Scaled(size image.Point) *VideoFrame {
	from, m := f.image(), yuv.New(size.X, size.Y)
	fit := yuv.Fit(image.Pt(f.Width, f.Height), size)
	if fit.Size() != size {
		m.Black()
	}
	from.ScaleTo(m.Sub(fit))
	s := &VideoFrame{
		PTS: f.PTS, Captured: f.Captured,
		Width: size.X, Height: size.Y, Planes: m.Planes, Strides: m.Strides, release: m.Free,
	}
	s.refs.Store(1)
	return s
}

// RGBA scales the picture into dst, whose stride must be 4*width, keeping its shape (black bars fill the rest).
func (f *VideoFrame) RGBA(dst *image.RGBA) { yuv.ToRGBA(dst, f.image()) }

// NV12 copies the picture into two planes: Y, and U and V side by side (a half). Strides are in bytes.
func (f *VideoFrame) NV12(planes [2][]byte, strides [2]int) { yuv.ToNV12(planes, strides, f.image()) }

func (f *VideoFrame) image() yuv.Image {
	return yuv.Image{Planes: f.Planes, Strides: f.Strides, Width: f.Width, Height: f.Height}
}

// An AudioFrame is a stretch of sound: interleaved float samples, 1.0 full scale.
type AudioFrame struct {
	PTS        time.Duration // of the first sample, from the running sample count
	SampleRate int           // Hz
	Channels   int
	Samples    []float32 // Channels values an instant
}
