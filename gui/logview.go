package gui

import (
	"log/slog"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// maxLogLine is how much of a line is shown, in runes; it is copied whole.
const maxLogLine = 300

// A logView lists what happened, newest last, with a filter.
type logView struct {
	content fyne.CanvasObject

	log    *model.Log
	filter *entry
	level  *selection
	list   *list
	found  []model.Record
	count  int
}

func newLogView(k *keys, log *model.Log) *logView {
	v := &logView{log: log, filter: newEntry(k, nil)}
	v.filter.SetPlaceHolder(lang.L("Only lines with…"))
	v.filter.OnChanged = func(string) { v.reload() }
	v.level = newSelection([]string{lang.L("Everything"), lang.L("Warnings and errors"), lang.L("Errors")}, func(string) { v.reload() })
	v.level.SetSelectedIndex(0)
	v.list = newList(func() int { return len(v.found) }, newLogLine, func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(v.found) {
			showLogLine(v.found[i], o)
		}
	})
	v.list.HideSeparators = true
	head := container.NewBorder(nil, nil, nil, container.NewStack(space(200, 1), v.level), v.filter)
	v.content = container.NewBorder(head, nil, nil, nil, v.list)
	v.reload()
	return v
}

// newLogLine returns a line as a bare text: a label takes ten times as long to find out where it is cut.
func newLogLine() fyne.CanvasObject {
	l := canvas.NewText("", nil)
	l.TextSize, l.TextStyle.Monospace = theme.Size(sizeSmall), true
	return pad(l, 2, 2, 8, 8)
}

func showLogLine(r model.Record, o fyne.CanvasObject) {
	l := o.(*fyne.Container).Objects[0].(*canvas.Text)
	name := theme.ColorNameForeground
	switch {
	case r.Level >= slog.LevelError:
		name = theme.ColorNameError
	case r.Level >= slog.LevelWarn:
		name = theme.ColorNameWarning
	}
	l.Text, l.Color = r.String(), theme.Color(name)
	if runes := []rune(l.Text); len(runes) > maxLogLine {
		l.Text = string(runes[:maxLogLine]) + "…"
	}
	l.Refresh()
}

// update shows new lines, if there are any.
func (v *logView) update() {
	if _, count := v.log.Records(slog.LevelError+100, ""); count != v.count {
		v.reload()
	}
}

func (v *logView) reload() {
	if v.list == nil {
		return
	}
	level := [...]slog.Level{slog.LevelDebug, slog.LevelWarn, slog.LevelError}[max(0, v.level.SelectedIndex())]
	v.found, v.count = v.log.Records(level, v.filter.Text)
	v.list.Refresh()
	v.list.ScrollToBottom()
}

// text returns the lines that are listed.
func (v *logView) text() string {
	var b strings.Builder
	for _, r := range v.found {
		b.WriteString(r.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// openLog shows the log in front of the window.
func (w *window) openLog() {
	v := newLogView(w.keys, w.log)
	d := dialog.NewCustomWithoutButtons(lang.L("Log"), v.content, w.window)
	d.SetButtons([]fyne.CanvasObject{
		newButton(lang.L("Copy"), theme.ContentCopyIcon(), func() { w.app.Clipboard().SetContent(v.text()) }),
		newButton(lang.L("Save a report…"), theme.DocumentSaveIcon(), w.saveReport),
		newButton(lang.L("Close"), nil, d.Hide),
	})
	w.extra = func(model.State) { v.update() }
	d.Resize(w.fitting(900, 620))
	w.present(d, d.Hide, func() { w.extra = nil })
}

// saveReport writes a file for whoever is to help.
func (w *window) saveReport() {
	w.askNewFile(lang.L("Save a report"), lang.L("Save"), "golive-report.txt", func(path string) {
		w.background(func() { w.model.WriteReport(path, w.log) })
	})
}
