package gui

import (
	"errors"
	"strings"
)

// A combination is a key with modifiers that works anywhere, by names that every system has.
type combination struct {
	ctrl, shift, alt, super bool
	key                     string // "a" to "z", "0" to "9", "f1" to "f20", "space"
}

var errNoKey = errors.New("not a key")

// parseHotkey reads "ctrl+shift+f9". A letter or a digit needs ctrl, alt or super: it could not be typed any more.
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
			return c, errNoKey
		}
	}
	c.key = parts[len(parts)-1]
	if !hotkeyNames()[c.key] || !strings.HasPrefix(c.key, "f") && !c.ctrl && !c.alt && !c.super {
		return c, errNoKey
	}
	if c.key == "f" && !c.ctrl && !c.alt && !c.super {
		return c, errNoKey
	}
	return c, nil
}

// hotkeyNames returns the keys that there are.
func hotkeyNames() map[string]bool {
	all := map[string]bool{"space": true}
	for r := 'a'; r <= 'z'; r++ {
		all[string(r)] = true
	}
	for r := '0'; r <= '9'; r++ {
		all[string(r)] = true
	}
	for n := 1; n <= 9; n++ {
		all["f"+string(rune('0'+n))] = true
		all["f1"+string(rune('0'+n))] = true
	}
	all["f10"], all["f20"] = true, true
	return all
}
