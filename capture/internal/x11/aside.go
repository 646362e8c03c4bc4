//go:build linux

package x11

import (
	"fmt"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

const (
	// asideTime is how long a window manager may take to put a window aside.
	asideTime = time.Second
	// flightTime is how long it may show the window fly away, and what was below may take to draw itself.
	flightTime = 300 * time.Millisecond
)

// PutAside iconifies a window (ICCCM 4.1.4) and waits until it is gone, and what was below it has been drawn. back brings
// it to the front again, where it was.
func PutAside(window uint32) (back func(), err error) {
	conn, err := xconn.Dial("")
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	const iconic = 3 // IconicState
	message, err := clientMessage(conn, xproto.Window(window), "WM_CHANGE_STATE", iconic)
	if err != nil {
		return nil, err
	}
	const redirect = xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify
	if err := xproto.SendEventChecked(conn, false, root, redirect, string(message.Bytes())).Check(); err != nil {
		return nil, err
	}
	tick := time.NewTicker(asideTime / 50)
	defer tick.Stop()
	for range 50 {
		<-tick.C
		a, err := xproto.GetWindowAttributes(conn, xproto.Window(window)).Reply()
		if err != nil || a.MapState != xproto.MapStateViewable {
			break
		}
	}
	<-time.After(flightTime)
	return func() { bringBack(window) }, nil
}

// bringBack maps a window that is iconic and asks the window manager for the focus (EWMH, _NET_ACTIVE_WINDOW). It does
// what it can: a window that is gone has nobody to miss it.
func bringBack(window uint32) {
	conn, err := xconn.Dial("")
	if err != nil {
		return
	}
	defer conn.Close()
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	xproto.MapWindow(conn, xproto.Window(window))
	const fromPager = 2
	if message, err := clientMessage(conn, xproto.Window(window), "_NET_ACTIVE_WINDOW", fromPager); err == nil {
		const redirect = xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify
		_ = xproto.SendEventChecked(conn, false, root, redirect, string(message.Bytes())).Check()
	}
}

// clientMessage returns a message about a window to the window manager.
func clientMessage(conn *xgb.Conn, window xproto.Window, kind string, data uint32) (xproto.ClientMessageEvent, error) {
	atom, err := xproto.InternAtom(conn, false, uint16(len(kind)), kind).Reply()
	if err != nil {
		return xproto.ClientMessageEvent{}, fmt.Errorf("%s: %w", kind, err)
	}
	return xproto.ClientMessageEvent{
		Format: 32, Window: window, Type: atom.Atom,
		Data: xproto.ClientMessageDataUnionData32New([]uint32{data, 0, 0, 0, 0}),
	}, nil
}
