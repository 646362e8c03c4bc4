package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// A notice is the bar that says what went wrong, in a sentence.
type notice struct {
	content   fyne.CanvasObject
	OnRetry   func()
	OnDismiss func()

	text  *widget.Label
	retry *widget.Button
}

func newNotice() *notice {
	n := &notice{text: widget.NewLabel("")}
	n.text.Wrapping = fyne.TextWrapWord
	icon := widget.NewIcon(theme.NewWarningThemedResource(theme.WarningIcon()))
	n.retry = widget.NewButton(lang.L("Try again"), func() { n.OnRetry() })
	dismiss := quiet("", theme.CancelIcon(), func() { n.OnDismiss() })
	buttons := container.NewHBox(n.retry, dismiss)
	n.content = card(container.NewBorder(nil, nil, icon, container.NewCenter(buttons), n.text))
	n.content.Hide()
	return n
}

// update shows the last error, if there is one.
func (n *notice) update(now model.State) {
	if now.Notice != nil {
		setText(n.text, sentence(now.Notice))
	}
	show(n.retry, now.Phase == model.Unable)
	show(n.content, now.Notice != nil)
}
