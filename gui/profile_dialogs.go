package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// askName asks for the name of a profile and says beside the field what is wrong with it.
func (w *window) askName(title, confirm, suggestion string, done func(name string)) {
	taken := w.model.State().Names
	name, wrong := newEntry(w.keys, nil), wrapped("")
	wrong.Importance = widget.DangerImportance
	ok := newButton(confirm, nil, nil)
	ok.Importance = widget.HighImportance
	d := dialog.NewCustomWithoutButtons(title, container.NewVBox(name, wrong), w.window)
	check := func(string) {
		err := model.CheckProfileName(name.Text, taken)
		setText(wrong, "")
		if err != nil && name.Text != "" {
			setText(wrong, sentence(err))
		}
		enable(ok, err == nil)
	}
	ok.OnTapped = func() {
		if model.CheckProfileName(name.Text, taken) == nil {
			d.Hide()
			done(model.CleanName(name.Text))
		}
	}
	name.OnChanged = check
	name.OnSubmitted = func(string) { ok.OnTapped() }
	name.SetText(suggestion)
	check("")
	d.SetButtons([]fyne.CanvasObject{newButton(lang.L("Cancel"), nil, d.Hide), ok})
	d.Resize(w.fitting(440, 0))
	w.present(d, ok.OnTapped, nil)
	w.window.Canvas().Focus(name)
}

func (w *window) createProfile() {
	w.askName(lang.L("New profile"), lang.L("Create"), "", w.model.Create)
}

func (w *window) duplicateProfile() {
	w.askName(lang.L("Duplicate this profile"), lang.L("Duplicate"), "", w.model.Duplicate)
}

func (w *window) renameProfile() {
	w.askName(lang.L("Rename this profile"), lang.L("Rename"), "", w.model.Rename)
}

func (w *window) deleteProfile() {
	question := lang.L("Delete the profile “{{.Name}}”? It cannot be brought back.", map[string]any{"Name": w.model.State().Name})
	w.confirm(lang.L("Delete this profile…"), question, lang.L("Delete"), lang.L("Cancel"), w.model.Delete)
}

func (w *window) exportProfile() {
	w.askNewFile(lang.L("Export this profile"), lang.L("Export"), w.model.State().Name+profileEndings()[0], w.model.Export)
}

func (w *window) importProfile() {
	w.askFile(fileQuestion{
		title: lang.L("Import a profile"), confirm: lang.L("Import"), check: model.CheckFile, done: w.model.Import,
		look: func(chosen func(string)) { w.lookForFile(profileEndings(), chosen) },
	})
}
