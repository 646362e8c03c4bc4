//go:build linux

package x11

import (
	"fmt"
	"image"
	"time"

	"github.com/jezek/xgb/composite"
	"github.com/jezek/xgb/xproto"
)

// searchAgain is how often a window that is gone is looked for.
const searchAgain = time.Second

// A redirected window draws into memory of its own (XComposite), so that its picture is whole whatever covers it.
// When it disappears, one of the same class and title is taken for it.
type redirected struct {
	win      Window
	pixmap   xproto.Pixmap // 0 when it has to be named again
	size     image.Rectangle
	searched time.Time
	lost     bool
}

// Window grabs one window. It takes the Display over; on error it is still the caller's.
func (d *Display) Window(w Window) (*Grabber, error) {
	r := &redirected{win: w}
	if err := r.redirect(d); err != nil {
		return nil, err
	}
	return newGrabber(d, r)
}

func (r *redirected) redirect(d *Display) error {
	id := xproto.Window(r.win.ID)
	if err := composite.RedirectWindowChecked(d.conn, id, composite.RedirectAutomatic).Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return xproto.ChangeWindowAttributesChecked(d.conn, id, xproto.CwEventMask,
		[]uint32{xproto.EventMaskStructureNotify}).Check()
}

// pixels names the window's pixmap when needed: one that was named keeps its old size and content for ever.
func (r *redirected) pixels(d *Display) (xproto.Drawable, image.Rectangle, error) {
	if r.lost && !r.find(d) {
		return 0, image.Rectangle{}, fmt.Errorf("%w: the window %q was closed", ErrGone, r.win.Title)
	}
	if r.pixmap != 0 {
		return xproto.Drawable(r.pixmap), r.size, nil
	}
	id, err := xproto.NewPixmapId(d.conn)
	if err != nil {
		return 0, image.Rectangle{}, err
	}
	if err := composite.NameWindowPixmapChecked(d.conn, xproto.Window(r.win.ID), id).Check(); err != nil {
		return 0, image.Rectangle{}, fmt.Errorf("%w: the window %q is minimised or on another desktop; bring it back", ErrGone, r.win.Title)
	}
	r.pixmap = id
	size, err := d.geometry(xproto.Drawable(id))
	if err != nil {
		return 0, image.Rectangle{}, fmt.Errorf("%w: %w", ErrGone, err)
	}
	r.size = size
	return xproto.Drawable(id), size, nil
}

func (r *redirected) onRoot(d *Display, part image.Rectangle) image.Rectangle {
	at, err := xproto.TranslateCoordinates(d.conn, xproto.Window(r.win.ID), d.root, 0, 0).Reply()
	if err != nil {
		return image.Rectangle{}
	}
	return part.Add(image.Pt(int(at.DstX), int(at.DstY)))
}

func (r *redirected) watched(*Display) xproto.Drawable { return xproto.Drawable(r.win.ID) }

func (r *redirected) event(d *Display, e any) bool {
	switch e := e.(type) {
	case xproto.ConfigureNotifyEvent:
		if e.Window != xproto.Window(r.win.ID) || (int(e.Width) == r.size.Dx() && int(e.Height) == r.size.Dy()) {
			return false
		}
	case xproto.MapNotifyEvent, xproto.UnmapNotifyEvent:
	case xproto.DestroyNotifyEvent:
		r.lost = r.lost || e.Window == xproto.Window(r.win.ID)
	default:
		return false
	}
	r.forget(d)
	return true
}

// forget drops the named pixmap.
func (r *redirected) forget(d *Display) {
	if r.pixmap != 0 {
		xproto.FreePixmap(d.conn, r.pixmap)
		r.pixmap = 0
	}
}

// find looks for the window that was lost, by class and title, at most once a second; true when it is back.
func (r *redirected) find(d *Display) bool {
	if time.Since(r.searched) < searchAgain {
		return false
	}
	r.searched = time.Now()
	windows, err := d.Windows()
	if err != nil {
		return false
	}
	for _, w := range windows {
		if w.Title != "" && w.Title == r.win.Title && w.Class == r.win.Class { // not just any other: it may be private
			r.win = w
			r.lost = r.redirect(d) != nil
			return !r.lost
		}
	}
	return false
}

func (r *redirected) close(d *Display) {
	r.forget(d)
	if !r.lost {
		composite.UnredirectWindow(d.conn, xproto.Window(r.win.ID), composite.RedirectAutomatic)
	}
}
