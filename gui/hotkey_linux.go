package gui

import (
	"errors"
	"fmt"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

// locks returns the modifiers that are not keys which somebody holds: CapsLock, NumLock (usually Mod2), and both.
func locks() [4]uint16 {
	return [...]uint16{0, xproto.ModMaskLock, xproto.ModMask2, xproto.ModMaskLock | xproto.ModMask2}
}

const heldMask = xproto.ModMaskControl | xproto.ModMaskShift | xproto.ModMask1 | xproto.ModMask4

// A pressed is a key as X tells of it.
type pressed struct {
	code xproto.Keycode
	held uint16
}

// An x11Keys has keys of an X display to itself, wherever the focus is.
type x11Keys struct {
	conn *xgb.Conn
	loop sync.WaitGroup
}

// grabKeys makes keys work anywhere: do is called with what each stands for. When some cannot be had, the error says
// which, and the others work.
func grabKeys(wanted map[combination]string, do func(string)) (keyGrabber, error) {
	conn, err := xconn.Dial("")
	if err != nil {
		return nil, fmt.Errorf("keys that work anywhere: %w", err)
	}
	codes, err := keycodes(conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("keys that work anywhere: %w", err)
	}
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	actions := map[pressed]string{}
	var errs []error
	for c, action := range wanted {
		p := pressed{codes[c.keysym()], c.held()}
		for _, lock := range locks() {
			err = xproto.GrabKeyChecked(conn, true, root, p.held|lock, p.code, xproto.GrabModeAsync, xproto.GrabModeAsync).Check()
			if err != nil {
				errs = append(errs, fmt.Errorf("%w: %s", errKeyTaken, c.key))
				break
			}
		}
		actions[p] = action
	}
	k := &x11Keys{conn: conn}
	k.loop.Go(func() { k.listen(actions, do) })
	return k, errors.Join(errs...)
}

// listen calls do for each key until the connection ends.
func (k *x11Keys) listen(actions map[pressed]string, do func(string)) {
	for {
		e, err := k.conn.WaitForEvent()
		if e == nil && err == nil {
			return
		}
		if key, ok := e.(xproto.KeyPressEvent); ok {
			if action := actions[pressed{key.Detail, key.State & heldMask}]; action != "" {
				do(action)
			}
		}
	}
}

// Close gives the keys back and waits.
func (k *x11Keys) Close() {
	k.conn.Close()
	k.loop.Wait()
}

// keysym returns what X calls the key (keysymdef.h): Latin-1 for what is typed, XK_F1 and on for the function keys.
func (c combination) keysym() xproto.Keysym {
	const f1 = 0xffbe
	if n := c.function(); n > 0 {
		return f1 + xproto.Keysym(n-1)
	}
	if c.key == "space" {
		return ' '
	}
	return xproto.Keysym(c.key[0])
}

func (c combination) held() (mask uint16) {
	for _, m := range []struct {
		on   bool
		mask uint16
	}{{c.ctrl, xproto.ModMaskControl}, {c.shift, xproto.ModMaskShift}, {c.alt, xproto.ModMask1}, {c.super, xproto.ModMask4}} {
		if m.on {
			mask |= m.mask
		}
	}
	return mask
}

// keycodes returns which key has a keysym.
func keycodes(conn *xgb.Conn) (map[xproto.Keysym]xproto.Keycode, error) {
	setup := xproto.Setup(conn)
	m, err := xproto.GetKeyboardMapping(conn, setup.MinKeycode, byte(setup.MaxKeycode-setup.MinKeycode+1)).Reply()
	if err != nil {
		return nil, err
	}
	codes := map[xproto.Keysym]xproto.Keycode{}
	for i, sym := range m.Keysyms {
		if _, known := codes[sym]; !known && sym != 0 {
			codes[sym] = setup.MinKeycode + xproto.Keycode(i/int(m.KeysymsPerKeycode))
		}
	}
	return codes, nil
}
