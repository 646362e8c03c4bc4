package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// A head is the top of the window: which profile is open, the log and the settings.
type head struct {
	content    fyne.CanvasObject
	OnOpen     func(name string)
	OnCreate   func()
	OnCopy     func()
	OnRename   func()
	OnDelete   func()
	OnExport   func()
	OnImport   func()
	OnWelcome  func() // the questions of the first run
	OnLog      func()
	OnSettings func()

	list *selection
	more *button
	last model.State
}

func newHead() *head {
	h := &head{}
	h.list = newSelection(nil, func(name string) {
		if name != h.last.Name {
			h.OnOpen(name)
		}
	})
	h.more = quiet("", theme.MoreVerticalIcon(), h.menu)
	log := quiet("", theme.ListIcon(), func() { h.OnLog() })
	settings := quiet("", theme.SettingsIcon(), func() { h.OnSettings() })
	logo := container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(30), widget.NewIcon(icon())))
	list := container.NewStack(space(200, 1), h.list)
	h.content = container.NewHBox(logo, heading("Golive"), layout.NewSpacer(),
		container.NewCenter(caption(lang.L("Profile"))), list, h.more, log, settings)
	return h
}

// menu shows what can be done with profiles; none of it while live.
func (h *head) menu() {
	items := []*fyne.MenuItem{
		fyne.NewMenuItem(lang.L("New profile…"), func() { h.OnCreate() }),
		fyne.NewMenuItem(lang.L("Duplicate…"), func() { h.OnCopy() }),
		fyne.NewMenuItem(lang.L("Rename…"), func() { h.OnRename() }),
		fyne.NewMenuItem(lang.L("Delete this profile…"), func() { h.OnDelete() }),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("Export…"), func() { h.OnExport() }),
		fyne.NewMenuItem(lang.L("Import…"), func() { h.OnImport() }),
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(lang.L("First steps…"), func() { h.OnWelcome() }),
	}
	for i, item := range items {
		item.Disabled = h.last.OnAir() && i != 5
	}
	popUp(h.more, items)
}

// update shows which profile is open.
func (h *head) update(now model.State) {
	h.last = now
	if !slices.Equal(h.list.Options, now.Names) {
		h.list.SetOptions(now.Names)
	}
	if h.list.Selected != now.Name {
		h.list.Selected = now.Name
		h.list.Refresh()
	}
	enable(h.list, !now.OnAir())
}
