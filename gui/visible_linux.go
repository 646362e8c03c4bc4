package gui

import (
	"encoding/binary"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

// An x11Visibility asks the display whether a window can be seen.
type x11Visibility struct {
	conn          *xgb.Conn
	window        xproto.Window
	state, hidden xproto.Atom // _NET_WM_STATE, _NET_WM_STATE_HIDDEN (EWMH)
}

// newVisibility watches a window of X, nil when that is not possible.
func newVisibility(window uintptr) visibility {
	conn, err := xconn.Dial("")
	if err != nil {
		return nil
	}
	v := &x11Visibility{conn: conn, window: xproto.Window(window)}
	for name, atom := range map[string]*xproto.Atom{"_NET_WM_STATE": &v.state, "_NET_WM_STATE_HIDDEN": &v.hidden} {
		reply, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			conn.Close()
			return nil
		}
		*atom = reply.Atom
	}
	return v
}

// visible implements visibility: a window is hidden when it is not mapped, or the window manager says so.
func (v *x11Visibility) visible() bool {
	a, err := xproto.GetWindowAttributes(v.conn, v.window).Reply()
	if err != nil {
		return true // nobody knows
	}
	if a.MapState != xproto.MapStateViewable {
		return false
	}
	p, err := xproto.GetProperty(v.conn, false, v.window, v.state, xproto.AtomAtom, 0, 32).Reply()
	if err != nil {
		return true
	}
	for data := p.Value; len(data) >= 4; data = data[4:] {
		if xproto.Atom(binary.LittleEndian.Uint32(data)) == v.hidden {
			return false
		}
	}
	return true
}

func (v *x11Visibility) close() { v.conn.Close() }
