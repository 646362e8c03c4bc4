//go:build linux

package x11

import (
	"image"
	"unsafe"

	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"

	"golive/capture/internal/yuv"
)

// A cursor knows the shape of the mouse pointer and where it was last seen.
type cursor struct {
	shape image.Rectangle // relative to the hot spot
	pixel []uint32        // premultiplied ARGB
	at    image.Point     // on the root
	stale bool            // the server announced another shape
}

func (d *Display) watchCursor() (*cursor, error) {
	err := xfixes.SelectCursorInputChecked(d.conn, d.root, xfixes.CursorNotifyMaskDisplayCursor).Check()
	return &cursor{stale: true}, err
}

// update asks the server for the pointer, and for its shape if that changed. It says whether anything moved.
func (c *cursor) update(d *Display, pointer *xproto.QueryPointerReply) (moved bool) {
	at := image.Pt(int(pointer.RootX), int(pointer.RootY))
	moved = at != c.at || c.stale
	c.at = at
	if c.stale {
		if img, err := xfixes.GetCursorImage(d.conn).Reply(); err == nil {
			origin := image.Pt(-int(img.Xhot), -int(img.Yhot))
			c.shape = image.Rectangle{origin, origin.Add(image.Pt(int(img.Width), int(img.Height)))}
			c.pixel = img.CursorImage
			c.stale = false
		}
	}
	return moved
}

// covers says whether the pointer reaches into r, in pixels on the root.
func (c *cursor) covers(r image.Rectangle) bool { return c.shape.Add(c.at).Overlaps(r) }

// draw blends the pointer into a BGRA picture of r.
func (c *cursor) draw(pix []byte, stride int, r image.Rectangle) {
	on := c.shape.Add(c.at)
	part := on.Intersect(r)
	if part.Empty() || len(c.pixel) < on.Dx()*on.Dy() {
		return
	}
	over := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(c.pixel))), 4*len(c.pixel))
	from, to := part.Min.Sub(on.Min), part.Min.Sub(r.Min)
	yuv.Blend(pix[to.Y*stride+4*to.X:], stride, over[4*(from.Y*on.Dx()+from.X):], 4*on.Dx(), part.Dx(), part.Dy())
}
