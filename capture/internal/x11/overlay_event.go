//go:build linux

package x11

import (
	"image"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// An EventKind is what a person did on an Overlay.
type EventKind int

// The kinds of event.
const (
	Press EventKind = iota
	Move
	Release
	Enter
	Escape
	Arrow
	Exposed // nothing was done, but it has to be drawn anew
)

// An Event is something that a person did on an Overlay.
type Event struct {
	Kind       EventKind
	At         image.Point // on the desktop; of an Arrow its direction
	Shift, Alt bool        // keys that were held
}

// The keysyms that mean something here (X11, keysymdef.h).
const (
	keyReturn, keyEnter, keyEscape    = 0xff0d, 0xff8d, 0xff1b
	keyLeft, keyUp, keyRight, keyDown = 0xff51, 0xff52, 0xff53, 0xff54
)

// keysyms returns what each key is without modifiers.
func keysyms(c *xgb.Conn) (map[xproto.Keycode]xproto.Keysym, error) {
	setup := xproto.Setup(c)
	m, err := xproto.GetKeyboardMapping(c, setup.MinKeycode, byte(setup.MaxKeycode-setup.MinKeycode+1)).Reply()
	if err != nil {
		return nil, err
	}
	all := map[xproto.Keycode]xproto.Keysym{}
	for i := 0; i+int(m.KeysymsPerKeycode) <= len(m.Keysyms); i += int(m.KeysymsPerKeycode) {
		all[setup.MinKeycode+xproto.Keycode(i/int(m.KeysymsPerKeycode))] = m.Keysyms[i]
	}
	return all, nil
}

// read turns an event of X into one of ours, if it is of interest.
func (o *Overlay) read(e xgb.Event) (Event, bool) {
	switch e := e.(type) {
	case xproto.ButtonPressEvent:
		if e.Detail == xproto.ButtonIndex3 {
			return Event{Kind: Escape}, true
		}
		return Event{Kind: Press, At: image.Pt(int(e.RootX), int(e.RootY))}, e.Detail == xproto.ButtonIndex1
	case xproto.ButtonReleaseEvent:
		return Event{Kind: Release}, e.Detail == xproto.ButtonIndex1
	case xproto.MotionNotifyEvent:
		return Event{Kind: Move, At: image.Pt(int(e.RootX), int(e.RootY)), Alt: e.State&xproto.ModMask1 != 0}, true
	case xproto.KeyPressEvent:
		return o.key(e)
	case xproto.ExposeEvent:
		return Event{Kind: Exposed}, e.Count == 0
	}
	return Event{}, false
}

func (o *Overlay) key(e xproto.KeyPressEvent) (Event, bool) {
	arrow := func(x, y int) (Event, bool) {
		return Event{Kind: Arrow, At: image.Pt(x, y), Shift: e.State&xproto.ModMaskShift != 0}, true
	}
	switch o.keys[e.Detail] {
	case keyReturn, keyEnter:
		return Event{Kind: Enter}, true
	case keyEscape:
		return Event{Kind: Escape}, true
	case keyLeft:
		return arrow(-1, 0)
	case keyRight:
		return arrow(1, 0)
	case keyUp:
		return arrow(0, -1)
	case keyDown:
		return arrow(0, 1)
	}
	return Event{}, false
}
