package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// The toolkit gives keys to the widget that has the focus alone. These pass on those that they have no use for, so that
// the keys of the window work whatever has the focus.

// passOn gives a key to the window that o is in, and says whether it was one of the window's.
func passOn(o fyne.CanvasObject, e *fyne.KeyEvent) bool {
	if e.Name != fyne.KeyEscape && e.Name != fyne.KeyF1 && e.Name != fyne.KeyF9 && !isEnter(e) {
		return false
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(e)
	}
	return true
}

// A button is a widget.Button that passes keys on.
type button struct{ widget.Button }

func newButton(text string, icon fyne.Resource, tapped func()) *button {
	b := &button{widget.Button{Text: text, Icon: icon, OnTapped: tapped}}
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey implements fyne.Focusable.
func (b *button) TypedKey(e *fyne.KeyEvent) {
	if isEnter(e) {
		e = &fyne.KeyEvent{Name: fyne.KeySpace}
	}
	if !passOn(b, e) {
		b.Button.TypedKey(e)
	}
}

// A check is a widget.Check that passes keys on.
type check struct{ widget.Check }

func newCheck(text string, changed func(bool)) *check {
	c := &check{widget.Check{Text: text, OnChanged: changed}}
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *check) TypedKey(e *fyne.KeyEvent) {
	if !passOn(c, e) {
		c.Check.TypedKey(e)
	}
}

// A selection is a widget.Select that passes keys on.
type selection struct{ widget.Select }

func newSelection(options []string, changed func(string)) *selection {
	s := &selection{widget.Select{Options: options, OnChanged: changed, PlaceHolder: " "}}
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey implements fyne.Focusable.
func (s *selection) TypedKey(e *fyne.KeyEvent) {
	if !passOn(s, e) {
		s.Select.TypedKey(e)
	}
}

// A slider is a widget.Slider that passes keys on.
type slider struct{ widget.Slider }

func newSlider(least, most, step float64, changed func(float64)) *slider {
	s := &slider{widget.Slider{Min: least, Max: most, Step: step, OnChanged: changed}}
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey implements fyne.Focusable.
func (s *slider) TypedKey(e *fyne.KeyEvent) {
	if !passOn(s, e) {
		s.Slider.TypedKey(e)
	}
}

// A list is a widget.List that passes keys on.
type list struct{ widget.List }

func newList(length func() int, create func() fyne.CanvasObject, update func(widget.ListItemID, fyne.CanvasObject)) *list {
	l := &list{widget.List{Length: length, CreateItem: create, UpdateItem: update}}
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey implements fyne.Focusable.
func (l *list) TypedKey(e *fyne.KeyEvent) {
	if !passOn(l, e) {
		l.List.TypedKey(e)
	}
}
