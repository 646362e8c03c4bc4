package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// keys are what the keyboard does wherever the focus is: F9 or Ctrl+L goes live and ends it, Escape cancels drawing,
// Ctrl+S saves the profile.
type keys struct {
	onLive   func()
	onCancel func() bool // says whether there was something to cancel
	onSave   func()
}

func ctrl(k fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

// attach makes the keys work where nothing has the focus.
func (k *keys) attach(c fyne.Canvas) {
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { k.typed(e) })
	for _, name := range []fyne.KeyName{fyne.KeyL, fyne.KeyS} {
		c.AddShortcut(ctrl(name), func(s fyne.Shortcut) { k.shortcut(s) })
	}
}

// typed does what a key stands for, and says whether it stands for something.
func (k *keys) typed(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyF9:
		k.onLive()
		return true
	case fyne.KeyEscape:
		return k.onCancel()
	}
	return false
}

// shortcut is typed for combinations.
func (k *keys) shortcut(s fyne.Shortcut) bool {
	switch s.ShortcutName() {
	case ctrl(fyne.KeyL).ShortcutName():
		k.onLive()
	case ctrl(fyne.KeyS).ShortcutName():
		k.onSave()
	default:
		return false
	}
	return true
}
