//go:build linux

package x11

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"

	"github.com/jezek/xgb/xproto"
)

// A Window is a top-level window that a person would call one.
type Window struct {
	ID     uint32
	Title  string
	Class  string          // WM_CLASS, the second string
	Bounds image.Rectangle // pixels on the root
}

// Windows lists the top-level windows: those that the window manager manages, or without one the root's children.
func (d *Display) Windows() ([]Window, error) {
	ids := d.clientList()
	if ids == nil {
		tree, err := xproto.QueryTree(d.conn, d.root).Reply()
		if err != nil {
			return nil, err
		}
		ids = tree.Children
	}
	var windows []Window
	for _, id := range ids {
		if w, ok := d.window(id); ok {
			windows = append(windows, w)
		}
	}
	return windows, nil
}

// clientList returns _NET_CLIENT_LIST (EWMH), or nil when no window manager sets it.
func (d *Display) clientList() []xproto.Window {
	data := d.property(d.root, "_NET_CLIENT_LIST", 4096)
	var ids []xproto.Window
	for ; len(data) >= 4; data = data[4:] {
		ids = append(ids, xproto.Window(binary.LittleEndian.Uint32(data)))
	}
	return ids
}

// window describes a window; ok is false for one that is gone, cannot be seen ever (InputOnly) or is tiny.
func (d *Display) window(id xproto.Window) (w Window, ok bool) {
	attrs, err := xproto.GetWindowAttributes(d.conn, id).Reply()
	if err != nil || attrs.Class != xproto.WindowClassInputOutput {
		return Window{}, false
	}
	g, err := xproto.GetGeometry(d.conn, xproto.Drawable(id)).Reply()
	if err != nil || g.Width < 2 || g.Height < 2 {
		return Window{}, false
	}
	at, err := xproto.TranslateCoordinates(d.conn, id, d.root, 0, 0).Reply()
	if err != nil {
		return Window{}, false
	}
	origin := image.Pt(int(at.DstX), int(at.DstY))
	return Window{
		ID:     uint32(id),
		Title:  d.title(id),
		Class:  d.class(id),
		Bounds: image.Rectangle{origin, origin.Add(image.Pt(int(g.Width), int(g.Height)))},
	}, true
}

func (d *Display) title(id xproto.Window) string {
	if t := d.property(id, "_NET_WM_NAME", 1024); len(t) > 0 {
		return string(bytes.ToValidUTF8(t, nil))
	}
	return string(bytes.ToValidUTF8(d.property(id, "WM_NAME", 1024), nil))
}

func (d *Display) class(id xproto.Window) string {
	parts := bytes.Split(d.property(id, "WM_CLASS", 1024), []byte{0})
	if len(parts) < 2 {
		return ""
	}
	return string(bytes.ToValidUTF8(parts[1], nil))
}

// property returns at most limit bytes of a property, nil when there is none.
func (d *Display) property(id xproto.Window, name string, limit uint32) []byte {
	atom, err := xproto.InternAtom(d.conn, true, uint16(len(name)), name).Reply()
	if err != nil || atom.Atom == xproto.AtomNone {
		return nil
	}
	p, err := xproto.GetProperty(d.conn, false, id, atom.Atom, xproto.GetPropertyTypeAny, 0, limit/4).Reply()
	if err != nil {
		return nil
	}
	return slices.Clone(p.Value)
}
