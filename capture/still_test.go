package capture

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
)

func TestStill(t *testing.T) {
	m := image.NewNRGBA(image.Rect(5, 5, 5+81, 5+41)) // odd sides
	draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{G: 255, A: 255}), image.Point{}, draw.Src)
	f, err := NewStill(m, image.Pt(320, 320))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	out := image.NewRGBA(image.Rect(0, 0, 320, 320))
	f.RGBA(out)
	if c := out.RGBAAt(160, 160); c.G < 240 || c.R > 15 || c.B > 15 {
		t.Errorf("%v in the middle", c)
	}
	if c := out.RGBAAt(160, 10); c.R > 5 || c.G > 5 || c.B > 5 {
		t.Errorf("%v above it", c)
	}
	if _, err := NewStill(image.NewRGBA(image.Rect(0, 0, 1, 9)), image.Pt(320, 320)); err == nil {
		t.Error("a line is taken for a picture")
	}
}
