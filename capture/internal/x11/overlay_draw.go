//go:build linux

package x11

import (
	"image"
	"image/draw"

	"github.com/jezek/xgb/xproto"
)

// labelGap is between the label and the part it belongs to, in pixels.
const labelGap = 8

// Show shows region as bright as it was, with its label, or what a click would take while nothing is drawn.
func (o *Overlay) Show(region, hover image.Rectangle) {
	if region.Empty() {
		region = hover
	}
	o.blit(o.dark, o.frame, o.bounds)
	if !region.Empty() {
		o.blit(o.bright, o.frame, region)
		r := region.Inset(-1)
		xproto.PolyRectangle(o.conn, o.frame, o.line, []xproto.Rectangle{{
			X: int16(r.Min.X), Y: int16(r.Min.Y), Width: uint16(r.Dx()), Height: uint16(r.Dy()),
		}})
		if o.label != nil {
			o.put(o.label(region.Size()), o.labelPlace(region))
		}
	}
	if o.hint != nil {
		o.put(o.hint, image.Pt((o.bounds.Dx()-o.hint.Bounds().Dx())/2, 24))
	}
	o.blit(o.frame, xproto.Drawable(o.window), o.bounds)
}

// labelPlace is above the region, or inside of it when there is no room.
func (o *Overlay) labelPlace(region image.Rectangle) image.Point {
	at := region.Min.Sub(image.Pt(0, 28+labelGap))
	if at.Y < 0 {
		at = region.Min.Add(image.Pt(labelGap, labelGap))
	}
	return at
}

// blit copies a part of one picture to the same place of another.
func (o *Overlay) blit(from, to xproto.Drawable, r image.Rectangle) {
	xproto.CopyArea(o.conn, from, to, o.copy, int16(r.Min.X), int16(r.Min.Y), int16(r.Min.X), int16(r.Min.Y), uint16(r.Dx()), uint16(r.Dy()))
}

// put draws an image on the next frame. It must be small: a request holds 256 kB.
func (o *Overlay) put(m image.Image, at image.Point) {
	size := m.Bounds().Size()
	if size.X*size.Y*4 > 240<<10 || size.X < 1 || size.Y < 1 {
		return
	}
	rgba := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(rgba, rgba.Rect, m, m.Bounds().Min, draw.Src)
	for i := 0; i < len(rgba.Pix); i += 4 { // B, G, R, x
		rgba.Pix[i], rgba.Pix[i+2] = rgba.Pix[i+2], rgba.Pix[i]
	}
	xproto.PutImage(o.conn, xproto.ImageFormatZPixmap, o.frame, o.paint, uint16(size.X), uint16(size.Y), int16(at.X), int16(at.Y), 0, o.screen.RootDepth, rgba.Pix)
}
