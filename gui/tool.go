package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// A tool is a button with its name below, for the foot of the window.
type tool struct {
	content fyne.CanvasObject
	button  *button
	name    *widget.Label
}

func newTool(name string, icon fyne.Resource, tapped func()) *tool {
	t := &tool{button: newButton("", icon, tapped), name: caption(name)}
	t.name.Alignment = fyne.TextAlignCenter
	t.content = container.NewStack(space(72, 1), tight(container.NewPadded(t.button), pad(t.name, 6, 0, 0, 0)))
	return t
}

// update shows a state of the tool: its icon, its name, whether it is on and can be used.
func (t *tool) update(name string, icon fyne.Resource, on, usable bool) {
	setText(t.name, name)
	importance := widget.MediumImportance
	if on {
		importance = widget.HighImportance
	}
	if t.button.Importance != importance {
		t.button.Importance = importance
		t.button.Refresh()
	}
	setIcon(t.button, icon)
	enable(t.button, usable)
}
