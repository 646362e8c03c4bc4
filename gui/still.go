package gui

import (
	"image"
	"sync/atomic"

	"golive/capture"
)

// The largest picture that is worth sending to the window, in pixels. Every one is uploaded whole.
const maxStillWidth, maxStillHeight = 960, 540

// The smallest one: the preview has no size before the window is laid out.
const minStill = 64

// stills draws pictures for the preview into two buffers in turn: while the window shows one, the other is drawn. So at
// most one picture may be on its way to the window.
type stills struct {
	area    atomic.Int64 // of the preview in pixels, width << 32 | height
	buffers [2]*image.RGBA
	next    int
}

// setArea tells how many pixels the preview has. Any goroutine may call it.
func (s *stills) setArea(w, h int) { s.area.Store(int64(w)<<32 | int64(h)) }

// draw returns f as a picture for the window, and releases f.
func (s *stills) draw(f *capture.VideoFrame) *image.RGBA {
	defer f.Release()
	area := s.area.Load()
	size := stillSize(image.Pt(int(area>>32), int(area&0xffffffff)), image.Pt(f.Width, f.Height))
	img := s.buffers[s.next]
	if img == nil || img.Rect.Size() != size {
		img = image.NewRGBA(image.Rectangle{Max: size})
		s.buffers[s.next] = img
	}
	f.RGBA(img)
	s.next = 1 - s.next
	return img
}

// stillSize returns the size of a picture of the shape of frame that fits into area and the limits.
func stillSize(area, frame image.Point) image.Point {
	w, h := float64(min(max(area.X, minStill), maxStillWidth)), float64(min(max(area.Y, minStill), maxStillHeight))
	scale := min(w/float64(frame.X), h/float64(frame.Y))
	return image.Pt(max(int(float64(frame.X)*scale)&^1, 2), max(int(float64(frame.Y)*scale)&^1, 2))
}
