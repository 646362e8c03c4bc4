package gui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/assets"
)

// panel returns a rounded card with a title, something small at the right of it (may be nil), and its content.
func panel(title string, aside fyne.CanvasObject, content ...fyne.CanvasObject) fyne.CanvasObject {
	head := container.NewBorder(nil, nil, nil, aside, heading(title))
	return card(container.NewVBox(append([]fyne.CanvasObject{head}, content...)...))
}

// card returns content on a rounded background.
func card(content fyne.CanvasObject) fyne.CanvasObject {
	back := canvas.NewRectangle(theme.Color(colorPanel))
	back.CornerRadius = corner
	back.StrokeColor, back.StrokeWidth = theme.Color(colorLine), 1
	return container.NewStack(back, pad(content, 6, 10, 6, 6))
}

// pad leaves room around content.
func pad(content fyne.CanvasObject, top, bottom, left, right float32) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(top, bottom, left, right), content)
}

// tight stacks labels without the gap that their padding makes.
func tight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(-12), objects...)
}

func heading(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.TextStyle.Bold = true
	l.SizeName = theme.SizeNameSubHeadingText
	return l
}

// caption returns a small, quiet label.
func caption(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.SizeName = sizeSmall
	l.Importance = widget.LowImportance
	return l
}

// wrapped returns a caption of as many lines as it takes.
func wrapped(text string) *widget.Label {
	l := caption(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// number returns a label for a figure.
func number() *widget.Label {
	l := widget.NewLabel("")
	l.SizeName = sizeBig
	l.TextStyle.Bold = true
	return l
}

// quiet returns a small button without a background.
func quiet(text string, icon fyne.Resource, tapped func()) *button {
	b := newButton(text, icon, tapped)
	b.Importance = widget.LowImportance
	return b
}

// space returns nothing, of a size.
func space(w, h float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(w, h))
	return r
}

// setText changes a label when there is something to change: a refresh is not free.
func setText(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}

// setIcon changes the icon of a button when there is something to change.
func setIcon(b *button, icon fyne.Resource) {
	if b.Icon == nil || b.Icon.Name() != icon.Name() {
		b.SetIcon(icon)
	}
}

// enable switches a widget on or off.
func enable(d fyne.Disableable, on bool) {
	if on == d.Disabled() {
		if on {
			d.Enable()
		} else {
			d.Disable()
		}
	}
}

// show shows or hides an object.
func show(o fyne.CanvasObject, on bool) {
	if on != o.Visible() {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
}

// popUp shows a menu below a button.
func popUp(b *button, items []*fyne.MenuItem) {
	c := fyne.CurrentApp().Driver().CanvasForObject(b)
	if c != nil {
		widget.ShowPopUpMenuAtRelativePosition(fyne.NewMenu("", items...), c, fyne.NewPos(0, b.Size().Height), b)
	}
}

// icon returns the icon of the program.
func icon() fyne.Resource { return fyne.NewStaticResource("golive.svg", assets.Icon()) }
