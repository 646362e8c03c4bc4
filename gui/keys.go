package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// keys are what the keyboard does wherever the focus is: F9 goes live and ends it, F1 lists the keys, Escape closes what
// is in front, and the actions work with Ctrl.
type keys struct {
	onLive   func()
	onHelp   func()
	onCancel func() bool // says whether there was something to cancel
	actions  map[string]func()
	names    []fyne.KeyName
}

func (w *window) newKeys() *keys {
	k := &keys{onLive: w.model.ToggleLive, onHelp: w.showKeys, onCancel: w.cancel, actions: map[string]func(){}}
	for _, a := range w.actions() {
		k.actions[ctrl(a.key).ShortcutName()] = a.do
		k.names = append(k.names, a.key)
	}
	return k
}

func ctrl(k fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

// attach makes the keys work where nothing has the focus.
func (k *keys) attach(c fyne.Canvas) {
	c.SetOnTypedKey(func(e *fyne.KeyEvent) { k.typed(e) })
	for _, name := range k.names {
		c.AddShortcut(ctrl(name), func(s fyne.Shortcut) { k.shortcut(s) })
	}
}

// typed does what a key stands for, and says whether it stands for something.
func (k *keys) typed(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyF9:
		k.onLive()
		return true
	case fyne.KeyF1:
		k.onHelp()
		return true
	case fyne.KeyEscape:
		return k.onCancel()
	}
	return false
}

// shortcut is typed for combinations.
func (k *keys) shortcut(s fyne.Shortcut) bool {
	do := k.actions[s.ShortcutName()]
	if do != nil {
		do()
	}
	return do != nil
}
