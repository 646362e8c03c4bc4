package capture

import (
	"image"

	"golive/capture/internal/yuv"
)

// A scaler converts pictures of any size to I420 of the size that is wanted, keeping their shape.
type scaler struct {
	native yuv.Image // the picture at its own size, before scaling
}

// draw converts B, G, R, x bytes of width x height pixels, stride bytes a line, into dst.
func (s *scaler) draw(dst yuv.Image, pix []byte, stride, width, height int) {
	if width == dst.Width && height == dst.Height {
		dst.FromBGRA(pix, stride)
		return
	}
	if s.native.Width != width || s.native.Height != height {
		s.close()
		s.native = yuv.New(width, height)
	}
	s.native.FromBGRA(pix, stride)
	fit := yuv.Fit(image.Pt(width, height), image.Pt(dst.Width, dst.Height))
	if fit.Dx() != dst.Width || fit.Dy() != dst.Height {
		dst.Black()
	}
	s.native.ScaleTo(dst.Sub(fit))
}

func (s *scaler) close() {
	if s.native.Width > 0 {
		s.native.Free()
		s.native = yuv.Image{}
	}
}
