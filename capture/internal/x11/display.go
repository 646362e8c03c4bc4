//go:build linux

// Package x11 takes pictures of an X display over one connection and shared memory (MIT-SHM): of rectangles of the
// root, and of windows through XComposite, so that what covers a window never gets into its picture. It paces nothing:
// a Grabber gives the newest picture when asked, and says whether anything changed since.
package x11

import (
	"errors"
	"fmt"
	"image"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/composite"
	"github.com/jezek/xgb/damage"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

// ErrGone is returned when what was captured does not exist (any more).
var ErrGone = errors.New("it is not there")

// ErrNoSharing is returned when the X server cannot share memory with us: it is on another machine, or lacks an
// extension.
var ErrNoSharing = xconn.ErrNoSharing

// A Display is one connection to an X server. Its methods must be called from one goroutine at a time.
type Display struct {
	conn *xgb.Conn
	root xproto.Window
}

// Open connects to the display name; "" means $DISPLAY.
func Open(name string) (*Display, error) {
	conn, err := xconn.Dial(name, "MIT-SHM", "XFIXES", "RANDR", "DAMAGE", "Composite")
	if errors.Is(err, xconn.ErrNoExtension) {
		return nil, fmt.Errorf("%w: %w", ErrNoSharing, err)
	}
	if err != nil {
		return nil, err
	}
	screen := xproto.Setup(conn).DefaultScreen(conn)
	d := &Display{conn: conn, root: screen.Root}
	if screen.RootDepth != 24 && screen.RootDepth != 32 {
		err = fmt.Errorf("it has %d bits a pixel; only 24 and 32 can be captured", screen.RootDepth)
	} else {
		err = d.negotiate()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return d, nil
}

// negotiate tells the server which versions of the extensions are spoken, without which it refuses their requests.
func (d *Display) negotiate() error {
	_, fixes := xfixes.QueryVersion(d.conn, 4, 0).Reply()
	_, monitors := randr.QueryVersion(d.conn, 1, 5).Reply()
	_, changes := damage.QueryVersion(d.conn, 1, 1).Reply()
	_, pixmaps := composite.QueryVersion(d.conn, 0, 4).Reply()
	watch := randr.SelectInputChecked(d.conn, d.root, randr.NotifyMaskScreenChange).Check()
	return errors.Join(fixes, monitors, changes, pixmaps, watch)
}

// Close ends the connection.
func (d *Display) Close() { d.conn.Close() }

// Bounds returns the size of the root, all screens together, in pixels.
func (d *Display) Bounds() (image.Rectangle, error) {
	return d.geometry(xproto.Drawable(d.root))
}

func (d *Display) geometry(what xproto.Drawable) (image.Rectangle, error) {
	g, err := xproto.GetGeometry(d.conn, what).Reply()
	if err != nil {
		return image.Rectangle{}, err
	}
	return image.Rect(0, 0, int(g.Width), int(g.Height)), nil
}

// A Screen is one monitor.
type Screen struct {
	Name    string
	Bounds  image.Rectangle // pixels on the root
	Primary bool
}

// Screens lists the monitors, the primary one first.
func (d *Display) Screens() ([]Screen, error) {
	monitors, err := randr.GetMonitors(d.conn, d.root, true).Reply()
	if err != nil {
		return nil, err
	}
	var screens []Screen
	for _, m := range monitors.Monitors {
		s := Screen{
			Bounds:  image.Rect(int(m.X), int(m.Y), int(m.X)+int(m.Width), int(m.Y)+int(m.Height)),
			Primary: m.Primary,
		}
		if name, err := xproto.GetAtomName(d.conn, m.Name).Reply(); err == nil {
			s.Name = name.Name
		}
		if s.Primary {
			screens = append([]Screen{s}, screens...)
		} else {
			screens = append(screens, s)
		}
	}
	if len(screens) == 0 { // a server without RandR monitors is one screen
		b, err := d.Bounds()
		if err != nil {
			return nil, err
		}
		screens = []Screen{{Name: "screen", Bounds: b, Primary: true}}
	}
	return screens, nil
}
