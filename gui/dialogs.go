package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// fitting returns a size for a dialog: that wanted, or what the window has room for.
func (w *window) fitting(width, height float32) fyne.Size {
	room := w.window.Canvas().Size()
	return fyne.NewSize(min(width, room.Width-40), min(height, room.Height-40))
}

// A front is a dialog in front of the window.
type front struct {
	dialog dialog.Dialog
	enter  func() // what it is for; nil for nothing
}

// present shows a dialog, which Escape closes and in which Enter does enter. Both functions may be nil.
func (w *window) present(d dialog.Dialog, enter, closed func()) {
	w.dialogs = append(w.dialogs, front{d, enter})
	d.SetOnClosed(func() {
		w.dialogs = slices.DeleteFunc(w.dialogs, func(f front) bool { return f.dialog == d })
		if closed != nil {
			closed()
		}
	})
	d.Show()
}

// cancel closes what is in front of the window, and says whether there was something.
func (w *window) cancel() bool {
	if len(w.dialogs) == 0 {
		return false
	}
	w.dialogs[len(w.dialogs)-1].dialog.Hide()
	return true
}

// enter does what the dialog in front is for.
func (w *window) enter() {
	if n := len(w.dialogs); n > 0 && w.dialogs[n-1].enter != nil {
		w.dialogs[n-1].enter()
	}
}

// covered says whether a dialog or a menu is in front of the window.
func (w *window) covered() bool { return w.window.Canvas().Overlays().Top() != nil }

// inform shows content in front of the window until it is closed.
func (w *window) inform(title string, content fyne.CanvasObject, size fyne.Size) {
	d := dialog.NewCustomWithoutButtons(title, content, w.window)
	d.SetButtons([]fyne.CanvasObject{newButton(lang.L("Close"), nil, d.Hide)})
	d.Resize(size)
	w.present(d, d.Hide, nil)
}

// confirm asks before something is done that cannot be undone.
func (w *window) confirm(title, question, yes, no string, do func()) dialog.Dialog {
	text := widget.NewLabelWithStyle(question, fyne.TextAlignCenter, fyne.TextStyle{})
	width := min(text.MinSize().Width+40, 600)
	text.Wrapping = fyne.TextWrapWord
	d := dialog.NewCustomWithoutButtons(title, text, w.window)
	agree := func() {
		d.Hide()
		do()
	}
	ok := newButton(yes, theme.ConfirmIcon(), agree)
	ok.Importance = widget.HighImportance
	d.SetIcon(theme.QuestionIcon())
	d.SetButtons([]fyne.CanvasObject{newButton(no, theme.CancelIcon(), d.Hide), ok})
	d.Resize(w.fitting(width, 0))
	w.present(d, agree, nil)
	return d
}

// share lets others on the network watch, or not any more. It says what that opens before it does it.
func (w *window) share(on bool) {
	if !on {
		w.model.Share(false)
		return
	}
	w.confirm(lang.L("Let others on my network watch"),
		lang.L("Everybody on your network who knows the link can watch then. Golive opens the ports of the watch page ({{.Ports}}) to them until you switch it off or close Golive.",
			map[string]any{"Ports": w.model.State().Ports}),
		lang.L("Let them watch"), lang.L("Cancel"), func() { w.model.Share(true) })
}
