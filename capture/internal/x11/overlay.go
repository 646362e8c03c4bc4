//go:build linux

package x11

import (
	"errors"
	"image"
	"io"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/render"
	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

// An Overlay is a window over the whole desktop that shows a frozen, darker picture of it, with a part of it as bright
// as it was. It has the mouse and the keyboard to itself.
type Overlay struct {
	conn   *xgb.Conn
	screen *xproto.ScreenInfo
	bounds image.Rectangle
	keys   map[xproto.Keycode]xproto.Keysym
	hint   image.Image
	label  func(image.Point) image.Image
	next   *Event // read already
	once   sync.Once

	window              xproto.Window
	bright, dark, frame xproto.Drawable // pixmaps: as it was, darker, and what is shown next
	copy, line, paint   xproto.Gcontext
}

// OpenOverlay covers the display name; "" means $DISPLAY. hint stands at the top, what label returns beside a part.
func OpenOverlay(name string, hint image.Image, label func(image.Point) image.Image) (*Overlay, error) {
	conn, err := xconn.Dial(name, "RENDER")
	if err != nil {
		return nil, err
	}
	o := &Overlay{conn: conn, screen: xproto.Setup(conn).DefaultScreen(conn), hint: hint, label: label}
	o.bounds = image.Rect(0, 0, int(o.screen.WidthInPixels), int(o.screen.HeightInPixels))
	if o.screen.RootDepth != 24 {
		err = errors.New("it has not 24 bits a pixel")
	} else {
		err = o.open()
	}
	if err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// open makes the pictures before the window, which would be on them otherwise.
func (o *Overlay) open() error {
	var err error
	if o.keys, err = keysyms(o.conn); err != nil {
		return err
	}
	if err := o.makePictures(); err != nil {
		return err
	}
	if err := o.makeWindow(); err != nil {
		return err
	}
	return o.grab()
}

func (o *Overlay) makePictures() error {
	root := xproto.Drawable(o.screen.Root)
	ids := []*xproto.Drawable{&o.bright, &o.dark, &o.frame}
	for _, id := range ids {
		p, err := xproto.NewPixmapId(o.conn)
		if err != nil {
			return err
		}
		*id = xproto.Drawable(p)
		xproto.CreatePixmap(o.conn, o.screen.RootDepth, p, root, o.screen.WidthInPixels, o.screen.HeightInPixels)
	}
	for _, gc := range []struct {
		id   *xproto.Gcontext
		mask uint32
		list []uint32
	}{
		{&o.copy, xproto.GcSubwindowMode | xproto.GcGraphicsExposures, []uint32{xproto.SubwindowModeIncludeInferiors, 0}},
		{&o.line, xproto.GcForeground | xproto.GcLineWidth, []uint32{0x7aa2f7, 2}},
		{&o.paint, xproto.GcGraphicsExposures, []uint32{0}},
	} {
		id, err := xproto.NewGcontextId(o.conn)
		if err != nil {
			return err
		}
		*gc.id = id
		if err := xproto.CreateGCChecked(o.conn, id, root, gc.mask, gc.list).Check(); err != nil {
			return err
		}
	}
	o.blit(root, o.bright, o.bounds)
	o.blit(o.bright, o.dark, o.bounds)
	return o.darken()
}

// darken lays black of half its strength over a picture.
func (o *Overlay) darken() error {
	formats, err := render.QueryPictFormats(o.conn).Reply()
	if err != nil {
		return err
	}
	for _, s := range formats.Screens {
		for _, d := range s.Depths {
			for _, v := range d.Visuals {
				if v.Visual != o.screen.RootVisual {
					continue
				}
				id, err := render.NewPictureId(o.conn)
				if err != nil {
					return err
				}
				render.CreatePicture(o.conn, id, o.dark, v.Format, 0, nil)
				all := xproto.Rectangle{Width: o.screen.WidthInPixels, Height: o.screen.HeightInPixels}
				return render.FillRectanglesChecked(o.conn, render.PictOpOver, id, render.Color{Alpha: 0x8c00}, []xproto.Rectangle{all}).Check()
			}
		}
	}
	return errors.New("its pictures have no format")
}

func (o *Overlay) makeWindow() error {
	var err error
	if o.window, err = xproto.NewWindowId(o.conn); err != nil {
		return err
	}
	cursor, err := o.crosshair()
	if err != nil {
		return err
	}
	const events = xproto.EventMaskKeyPress | xproto.EventMaskButtonPress | xproto.EventMaskButtonRelease |
		xproto.EventMaskPointerMotion | xproto.EventMaskExposure
	err = xproto.CreateWindowChecked(o.conn, o.screen.RootDepth, o.window, o.screen.Root, 0, 0,
		o.screen.WidthInPixels, o.screen.HeightInPixels, 0, xproto.WindowClassInputOutput, o.screen.RootVisual,
		xproto.CwOverrideRedirect|xproto.CwEventMask|xproto.CwCursor, []uint32{1, events, uint32(cursor)}).Check()
	if err != nil {
		return err
	}
	return xproto.MapWindowChecked(o.conn, o.window).Check()
}

// crosshair returns the cursor, from the font that every server has (X11, cursorfont.h: XC_crosshair is 34).
func (o *Overlay) crosshair() (xproto.Cursor, error) {
	const crosshair = 34
	font, err := xproto.NewFontId(o.conn)
	if err != nil {
		return 0, err
	}
	cursor, err := xproto.NewCursorId(o.conn)
	if err != nil {
		return 0, err
	}
	xproto.OpenFont(o.conn, font, uint16(len("cursor")), "cursor")
	err = xproto.CreateGlyphCursorChecked(o.conn, cursor, font, font, crosshair, crosshair+1, 0xffff, 0xffff, 0xffff, 0, 0, 0).Check()
	return cursor, err
}

// grab takes the keyboard and the mouse, which a window manager may have for a moment after a key of its own.
func (o *Overlay) grab() error {
	tick := time.NewTicker(asideTime / 20)
	defer tick.Stop()
	for range 20 {
		got, err := o.tryGrab()
		if got || err != nil {
			return err
		}
		<-tick.C
	}
	return errors.New("another program has the keyboard or the mouse; close its menu and try again")
}

func (o *Overlay) tryGrab() (bool, error) {
	const now, async = xproto.TimeCurrentTime, xproto.GrabModeAsync
	k, err := xproto.GrabKeyboard(o.conn, true, o.window, now, async, async).Reply()
	if err != nil || k.Status != xproto.GrabStatusSuccess {
		return false, err
	}
	const events = xproto.EventMaskButtonPress | xproto.EventMaskButtonRelease | xproto.EventMaskPointerMotion
	p, err := xproto.GrabPointer(o.conn, true, o.window, events, async, async, o.window, xproto.CursorNone, now).Reply()
	return err == nil && p.Status == xproto.GrabStatusSuccess, err
}

// Bounds returns the desktop, in pixels.
func (o *Overlay) Bounds() image.Rectangle { return o.bounds }

// Wait returns the next event; io.EOF when the overlay was closed. Of moves of the mouse that have piled up it is the
// last one.
func (o *Overlay) Wait() (Event, error) {
	if o.next != nil {
		e := *o.next
		o.next = nil
		return e, nil
	}
	for {
		e, err := o.conn.WaitForEvent()
		if e == nil && err == nil {
			return Event{}, io.EOF
		}
		if event, ok := o.read(e); ok {
			return o.latest(event), nil
		}
	}
}

// latest returns the last of the moves that are waiting, when e is one, and keeps what comes after them for Wait.
func (o *Overlay) latest(e Event) Event {
	for e.Kind == Move {
		waiting, err := o.conn.PollForEvent()
		if waiting == nil && err == nil {
			break
		}
		next, ok := o.read(waiting)
		if ok && next.Kind != Move {
			o.next = &next
			break
		}
		if ok {
			e = next
		}
	}
	return e
}

// Close takes the overlay away. Any goroutine may call it, twice too.
func (o *Overlay) Close() { o.once.Do(o.conn.Close) }
