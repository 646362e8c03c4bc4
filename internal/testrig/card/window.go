package card

import (
	"errors"
	"fmt"
	"image"

	"github.com/jezek/xgb"
	xshm "github.com/jezek/xgb/shm"
	"github.com/jezek/xgb/xproto"
)

// A window is an X window that takes pictures from shared memory.
type window struct {
	x     *xgb.Conn
	id    xproto.Window
	gc    xproto.Gcontext
	depth byte
}

// openWindow maps a window with the bounds, title and colour of c.
func openWindow(x *xgb.Conn, screen *xproto.ScreenInfo, c Config) (*window, error) {
	id, err := xproto.NewWindowId(x)
	if err != nil {
		return nil, err
	}
	gc, err := xproto.NewGcontextId(x)
	if err != nil {
		return nil, err
	}
	background := screen.BlackPixel
	if c.Color != nil {
		background = uint32(c.Color.R)<<16 | uint32(c.Color.G)<<8 | uint32(c.Color.B)
	}
	unmanaged := uint32(0)
	if c.Title == "" {
		unmanaged = 1
	}
	const mask = xproto.CwBackPixel | xproto.CwOverrideRedirect | xproto.CwEventMask
	b := c.Bounds
	if err := xproto.CreateWindowChecked(x, screen.RootDepth, id, screen.Root, int16(b.Min.X), int16(b.Min.Y),
		uint16(b.Dx()), uint16(b.Dy()), 0, xproto.WindowClassInputOutput, screen.RootVisual, mask,
		[]uint32{background, unmanaged, xproto.EventMaskExposure}).Check(); err != nil {
		return nil, err
	}
	w := &window{x: x, id: id, gc: gc, depth: screen.RootDepth}
	if c.Title != "" {
		w.name(c.Title, b.Min)
	} else if b.Dx() == int(screen.WidthInPixels) && b.Dy() == int(screen.HeightInPixels) {
		xproto.ConfigureWindow(x, id, xproto.ConfigWindowStackMode, []uint32{xproto.StackModeBelow})
	}
	xproto.CreateGC(x, gc, xproto.Drawable(id), xproto.GcGraphicsExposures, []uint32{0})
	return w, xproto.MapWindowChecked(x, id).Check()
}

// name sets the title, the class, and the wish to stay at a position (ICCCM 4.1.2.1, 4.1.2.3, 4.1.2.5).
func (w *window) name(title string, at image.Point) {
	set := func(property xproto.Atom, text string) {
		xproto.ChangeProperty(w.x, xproto.PropModeReplace, w.id, property, xproto.AtomString, 8, uint32(len(text)), []byte(text))
	}
	set(xproto.AtomWmName, title)
	set(xproto.AtomWmClass, "testcard\x00Testcard\x00")
	const userPosition, words = 1, 18
	hints := make([]byte, 4*words)
	xgb.Put32(hints, userPosition)
	xgb.Put32(hints[4:], uint32(at.X))
	xgb.Put32(hints[8:], uint32(at.Y))
	xproto.ChangeProperty(w.x, xproto.PropModeReplace, w.id, xproto.AtomWmNormalHints, xproto.AtomWmSizeHints, 32, words, hints)
}

// exposed says whether a part of the window has to be drawn again.
func (w *window) exposed() bool {
	exposed := false
	for {
		event, err := w.x.PollForEvent()
		if event == nil && err == nil {
			return exposed
		}
		if _, ok := event.(xproto.ExposeEvent); ok {
			exposed = true
		}
	}
}

// put shows the part from of a segment at the point to of the window.
func (w *window) put(s *segment, from image.Rectangle, to image.Point) {
	xshm.PutImage(w.x, xproto.Drawable(w.id), w.gc, uint16(s.size.X), uint16(s.size.Y),
		uint16(from.Min.X), uint16(from.Min.Y), uint16(from.Dx()), uint16(from.Dy()), int16(to.X), int16(to.Y),
		w.depth, xproto.ImageFormatZPixmap, 0, s.ID, 0)
}

// sync waits until the server has done all that was asked.
func (w *window) sync() error {
	reply, err := xproto.GetInputFocus(w.x).Reply()
	if err == nil && reply == nil {
		err = errors.New("connection closed")
	}
	if err != nil {
		return fmt.Errorf("display: %w", err)
	}
	return nil
}
