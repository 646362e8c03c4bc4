package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
)

// fitting returns a size for a dialog: that wanted, or what the window has room for.
func (w *window) fitting(width, height float32) fyne.Size {
	room := w.window.Canvas().Size()
	return fyne.NewSize(min(width, room.Width-40), min(height, room.Height-40))
}

// present shows a dialog, which Escape closes. closed may be nil.
func (w *window) present(d dialog.Dialog, closed func()) {
	w.dialogs = append(w.dialogs, d)
	d.SetOnClosed(func() {
		w.dialogs = slices.DeleteFunc(w.dialogs, func(o dialog.Dialog) bool { return o == d })
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
	w.dialogs[len(w.dialogs)-1].Hide()
	return true
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
