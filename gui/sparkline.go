package gui

import (
	"image"
	"image/color"
	"image/draw"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/vector"
)

// A sparkline is a small curve of the last minute.
type sparkline struct {
	raster *canvas.Raster
	values []float64
	least  float64 // what the top of the scale stands for, at least
}

// newSparkline returns an empty curve. least keeps a figure that hardly moves from looking wild.
func newSparkline(least float64) *sparkline {
	s := &sparkline{least: least}
	s.raster = canvas.NewRaster(s.draw)
	s.raster.SetMinSize(fyne.NewSize(60, 22))
	return s
}

// set shows other values, oldest first, 60 at most.
func (s *sparkline) set(values []float64) {
	if !slices.Equal(s.values, values) {
		s.values = values
		s.raster.Refresh()
	}
}

// draw draws the curve, which ends at the right, with a lighter area below it.
func (s *sparkline) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	if len(s.values) < 2 || w < 4 || h < 4 {
		return img
	}
	top := max(s.least, slices.Max(s.values))
	step := float32(w) / 59
	x := func(i int) float32 { return float32(w) - step*float32(len(s.values)-1-i) }
	y := func(v float64) float32 { return 1.5 + float32(1-v/top)*(float32(h)-3) }
	c := color.NRGBAModel.Convert(theme.Color(theme.ColorNamePrimary)).(color.NRGBA)
	area := c
	area.A = 60
	below := vector.NewRasterizer(w, h)
	below.MoveTo(x(0), float32(h))
	for i, v := range s.values {
		below.LineTo(x(i), y(v))
	}
	below.LineTo(x(len(s.values)-1), float32(h))
	below.ClosePath()
	below.Draw(img, img.Rect, image.NewUniform(area), image.Point{})
	line := vector.NewRasterizer(w, h)
	const thick = 0.9
	line.MoveTo(x(0), y(s.values[0])-thick)
	for i, v := range s.values {
		line.LineTo(x(i), y(v)-thick)
	}
	for i := len(s.values) - 1; i >= 0; i-- {
		line.LineTo(x(i), y(s.values[i])+thick)
	}
	line.ClosePath()
	line.DrawOp = draw.Over
	line.Draw(img, img.Rect, image.NewUniform(c), image.Point{})
	return img
}
