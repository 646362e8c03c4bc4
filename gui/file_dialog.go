package gui

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// A fileQuestion asks for the path of a file.
type fileQuestion struct {
	title, confirm string
	path           string                         // that is suggested
	look           func(chosen func(path string)) // lets the person look for another one
	check          func(path string) error
	done           func(path string)
}

// askFile asks for the path of a file, and says beside the field what is wrong with it.
func (w *window) askFile(q fileQuestion) {
	path, wrong := newEntry(w.keys, nil), wrapped("")
	wrong.Importance = widget.DangerImportance
	ok := newButton(q.confirm, nil, nil)
	ok.Importance = widget.HighImportance
	look := newButton("", theme.FolderOpenIcon(), func() { q.look(path.SetText) })
	field := container.NewBorder(nil, nil, nil, look, path)
	d := dialog.NewCustomWithoutButtons(q.title, container.NewVBox(field, wrong), w.window)
	path.OnChanged = func(text string) {
		err := q.check(model.FilePath(text))
		said := ""
		if err != nil && text != "" {
			said = sentence(err)
		}
		setText(wrong, said)
		enable(ok, err == nil)
	}
	ok.OnTapped = func() {
		if file := model.FilePath(path.Text); q.check(file) == nil {
			d.Hide()
			q.done(file)
		}
	}
	path.OnSubmitted = func(string) { ok.OnTapped() }
	path.SetText(q.path)
	path.OnChanged(q.path)
	d.SetButtons([]fyne.CanvasObject{newButton(lang.L("Cancel"), nil, d.Hide), ok})
	d.Resize(w.fitting(560, 0))
	w.present(d, ok.OnTapped, nil)
	w.window.Canvas().Focus(path)
}

// askNewFile asks where to write a file; name is what it is called, if the person does not say otherwise.
func (w *window) askNewFile(title, confirm, name string, done func(path string)) {
	w.askFile(fileQuestion{
		title: title, confirm: confirm, path: model.NewFile(name), check: model.CheckNewFile, done: done,
		look: func(chosen func(string)) { w.lookForFolder(name, chosen) },
	})
}

// lookForFile lets the person look for a file with one of the endings.
func (w *window) lookForFile(endings []string, chosen func(path string)) {
	d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil {
			w.model.Report(err)
		} else if file != nil {
			_ = file.Close()
			chosen(file.URI().Path())
		}
	}, w.window)
	d.SetFilter(storage.NewExtensionFileFilter(endings))
	w.present(d, nil, nil)
}

// lookForFolder lets the person look for a folder, for a file of that name in it.
func (w *window) lookForFolder(name string, chosen func(path string)) {
	d := dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		if err != nil {
			w.model.Report(err)
		} else if folder != nil {
			chosen(filepath.Join(folder.Path(), name))
		}
	}, w.window)
	w.present(d, nil, nil)
}
