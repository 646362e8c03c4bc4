package capture

import (
	"image"

	"golive/capture/internal/yuv"
)

// A Softener takes detail out of pictures of one size: what is left is that of half the size. It is for one goroutine.
type Softener struct {
	half yuv.Image
	pool *framePool
}

// NewSoftener returns a Softener for pictures of a size, whose sides are even and 4 pixels at least.
func NewSoftener(size image.Point) *Softener {
	return &Softener{half: yuv.New(size.X/2&^1, size.Y/2&^1), pool: newFramePool(size)}
}

// Soften returns f with less detail, as a frame of its own that the caller must Release.
func (s *Softener) Soften(f *VideoFrame) *VideoFrame {
	soft := s.pool.get()
	soft.PTS, soft.Captured, soft.Took = f.PTS, f.Captured, f.Took
	f.image().ScaleTo(s.half)
	s.half.ScaleTo(soft.image())
	return soft
}

// Close frees what it holds; frames that are still out are freed by their last Release.
func (s *Softener) Close() error {
	s.half.Free()
	s.pool.close()
	return nil
}
