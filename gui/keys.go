package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// keys are what the keyboard does wherever the focus is: F9 goes live and ends it, F1 lists the keys, Escape closes what
// is in front, Enter does what that is for, and the actions work with Ctrl. While something covers the window, what the
// keys do to the window waits, but for what is urgent.
type keys struct {
	onLive   func()
	onHelp   func()
	onEnter  func()
	onCancel func() bool // says whether there was something to cancel
	covered  func() bool // something is in front of the window
	actions  map[string]action
}

func (w *window) newKeys() *keys {
	k := &keys{
		onLive: w.model.ToggleLive, onHelp: w.showKeys, onEnter: w.enter, onCancel: w.cancel, covered: w.covered,
		actions: map[string]action{},
	}
	for _, a := range w.actions() {
		k.actions[ctrl(a.key).ShortcutName()] = a
	}
	return k
}

func ctrl(k fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

// attach makes the keys work where nothing has the focus.
func (k *keys) attach(c fyne.Canvas) {
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if !k.typed(e) && isEnter(e) {
			k.onEnter()
		}
	})
	for _, a := range k.actions {
		c.AddShortcut(ctrl(a.key), func(s fyne.Shortcut) { k.shortcut(s) })
	}
}

func isEnter(e *fyne.KeyEvent) bool { return e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter }

// typed does what a key stands for, and says whether it stands for something.
func (k *keys) typed(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyF9:
		k.unlessCovered(k.onLive)
		return true
	case fyne.KeyF1:
		k.unlessCovered(k.onHelp)
		return true
	case fyne.KeyEscape:
		return k.onCancel()
	}
	return false
}

func (k *keys) unlessCovered(do func()) {
	if !k.covered() {
		do()
	}
}

// shortcut is typed for combinations.
func (k *keys) shortcut(s fyne.Shortcut) bool {
	a, ok := k.actions[s.ShortcutName()]
	switch {
	case !ok:
	case a.urgent:
		a.do()
	default:
		k.unlessCovered(a.do)
	}
	return ok
}
