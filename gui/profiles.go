package gui

import (
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
)

// A profiles is the head of the window: which profile is open, and saving it.
type profiles struct {
	content  fyne.CanvasObject
	OnOpen   func(name string)
	OnSave   func()
	OnSaveAs func(name string)
	OnDelete func()

	window fyne.Window
	keys   *keys
	list   *widget.Select
	save   *widget.Button
	more   *widget.Button
	name   string
}

func newProfiles(w fyne.Window, k *keys) *profiles {
	p := &profiles{window: w, keys: k}
	p.list = widget.NewSelect(nil, p.picked)
	p.save = widget.NewButtonWithIcon(lang.L("Save"), theme.DocumentSaveIcon(), func() { p.OnSave() })
	p.more = quiet("", theme.MoreVerticalIcon(), p.menu)
	logo := widget.NewIcon(icon())
	title := heading("Golive")
	list := container.NewStack(space(180, 1), p.list)
	p.content = container.NewHBox(
		container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(30), logo)), title, layout.NewSpacer(),
		container.NewCenter(caption(lang.L("Profile"))), list, p.save, p.more)
	return p
}

func (p *profiles) menu() {
	popUp(p.more, []*fyne.MenuItem{
		fyne.NewMenuItem(lang.L("Save as…"), p.saveAs),
		fyne.NewMenuItem(lang.L("Delete this profile…"), p.delete),
	})
}

// update shows which profile is open.
func (p *profiles) update(now model.State) {
	p.name = now.Name
	if !slices.Equal(p.list.Options, now.Names) {
		p.list.SetOptions(now.Names)
	}
	if p.list.Selected != now.Name {
		p.list.Selected = now.Name
		p.list.Refresh()
	}
	enable(p.list, !now.OnAir())
	enable(p.save, now.Unsaved)
}

func (p *profiles) picked(name string) {
	if name != p.name {
		p.OnOpen(name)
	}
}

func (p *profiles) saveAs() {
	name := newEntry(p.keys, nil)
	name.Validator = func(text string) error {
		if err := profile.CheckName(text); err != nil {
			return errors.New(sentence(err))
		}
		return nil
	}
	items := []*widget.FormItem{widget.NewFormItem(lang.L("Name"), name)}
	d := dialog.NewForm(lang.L("Save as…"), lang.L("Save"), lang.L("Cancel"), items, func(ok bool) {
		if ok {
			p.OnSaveAs(name.Text)
		}
	}, p.window)
	submitOnEnter(d, name)
	d.Resize(fyne.NewSize(420, 0))
	d.Show()
	p.window.Canvas().Focus(name)
}

func (p *profiles) delete() {
	question := lang.L("Delete the profile “{{.Name}}”? It cannot be brought back.", map[string]any{"Name": p.name})
	d := dialog.NewConfirm(lang.L("Delete this profile…"), question, func(ok bool) {
		if ok {
			p.OnDelete()
		}
	}, p.window)
	d.SetConfirmText(lang.L("Delete"))
	d.SetDismissText(lang.L("Cancel"))
	d.Show()
}
