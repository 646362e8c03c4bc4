package capture

import (
	"errors"
	"image"
	"image/draw"

	"golive/capture/internal/yuv"
)

// NewStill returns a frame with a picture that does not move, scaled into size, whose sides are even, with its shape
// kept. A transparent picture lies on black. The last Release frees it.
func NewStill(m image.Image, size image.Point) (*VideoFrame, error) {
	b := m.Bounds()
	b.Max = b.Min.Add(image.Pt(b.Dx()&^1, b.Dy()&^1))
	if b.Empty() {
		return nil, errors.New("the picture has fewer than 2x2 pixels")
	}
	pix := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(pix, pix.Rect, m, b.Min, draw.Src)
	yuv.SwapRedBlue(pix.Pix, pix.Stride, b.Dx(), b.Dy())
	pool := newFramePool(size)
	defer pool.close()
	f := pool.get()
	var s scaler
	defer s.close()
	s.draw(f.image(), pix.Pix, pix.Stride, b.Dx(), b.Dy())
	return f, nil
}
