package gui

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// A combination is a key with modifiers that works whatever has the focus.
type combination struct {
	ctrl, shift, alt, super bool
	key                     string // "a" to "z", "0" to "9", "f1" to "f20", "space"
}

var (
	errNoKey = errors.New("not a key")
	// errKeyTaken: another program has a key already.
	errKeyTaken = errors.New("another program has this key already")
)

// parseHotkey reads "ctrl+shift+f9". What can be typed needs ctrl, alt or super: it could not be typed any more.
func parseHotkey(text string) (combination, error) {
	var c combination
	parts := strings.Split(strings.ToLower(text), "+")
	for _, p := range parts[:len(parts)-1] {
		switch p {
		case "ctrl", "control":
			c.ctrl = true
		case "shift":
			c.shift = true
		case "alt":
			c.alt = true
		case "super", "win", "cmd":
			c.super = true
		default:
			return c, fmt.Errorf("%w: %q is none that goes with others", errNoKey, p)
		}
	}
	c.key = parts[len(parts)-1]
	if c.function() == 0 && !(c.typed() && (c.ctrl || c.alt || c.super)) {
		return c, fmt.Errorf("%w: %q", errNoKey, c.key)
	}
	return c, nil
}

// function returns n for the function key Fn, 0 for another key.
func (c combination) function() int {
	digits, ok := strings.CutPrefix(c.key, "f")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || n > 20 || digits[0] == '0' || digits[0] == '+' {
		return 0
	}
	return n
}

// typed says whether the key is a letter, a digit or the space bar.
func (c combination) typed() bool {
	return c.key == "space" || len(c.key) == 1 && (c.key[0] >= 'a' && c.key[0] <= 'z' || c.key[0] >= '0' && c.key[0] <= '9')
}

// A keyGrabber makes combinations work anywhere, until Close.
type keyGrabber interface{ Close() }

// A hotkeys keeps the keys of the settings grabbed.
type hotkeys struct {
	do      func(action string)
	report  func(error)
	set     map[string]string
	grabber keyGrabber
}

// update grabs other keys when the settings have changed. It is for one goroutine.
func (h *hotkeys) update(set map[string]string) {
	if maps.Equal(set, h.set) {
		return
	}
	h.close()
	h.set = set
	wanted := map[combination]string{}
	for action, keys := range set {
		if c, err := parseHotkey(keys); err == nil {
			wanted[c] = action
		}
	}
	if len(wanted) == 0 {
		return
	}
	grabber, err := grabKeys(wanted, h.do)
	if err != nil {
		h.report(err)
	}
	h.grabber = grabber
}

func (h *hotkeys) close() {
	if h.grabber != nil {
		h.grabber.Close()
	}
	h.grabber = nil
}
