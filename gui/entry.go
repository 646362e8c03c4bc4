package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// An entry is a text field that reports when the person is done with it, and leaves the keys of the window to the
// window: a focused field gets all keys first.
type entry struct {
	widget.Entry
	OnDone func(text string) // Enter, or the focus goes elsewhere
	keys   *keys
}

func newEntry(k *keys, done func(string)) *entry {
	e := &entry{OnDone: done, keys: k}
	e.ExtendBaseWidget(e)
	e.OnSubmitted = func(text string) { e.done(text) }
	return e
}

func (e *entry) done(text string) {
	if e.OnDone != nil {
		e.OnDone(text)
	}
}

// FocusLost implements fyne.Focusable.
func (e *entry) FocusLost() {
	e.Entry.FocusLost()
	e.done(e.Text)
}

// TypedKey implements fyne.Focusable.
func (e *entry) TypedKey(event *fyne.KeyEvent) {
	if !e.keys.typed(event) {
		e.Entry.TypedKey(event)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (e *entry) TypedShortcut(s fyne.Shortcut) {
	if !e.keys.shortcut(s) {
		e.Entry.TypedShortcut(s)
	}
}
