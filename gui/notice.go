package gui

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// A notice is the bar that says what went wrong, in a sentence, or what was done.
type notice struct {
	content   fyne.CanvasObject
	OnRetry   func()
	OnDismiss func()

	sign  *widget.Icon
	text  *widget.Label
	retry *button
}

func newNotice() *notice {
	n := &notice{text: widget.NewLabel(""), sign: widget.NewIcon(nil)}
	n.text.Wrapping = fyne.TextWrapWord
	n.retry = newButton(lang.L("Try again"), nil, func() { n.OnRetry() })
	dismiss := quiet("", theme.CancelIcon(), func() { n.OnDismiss() })
	buttons := container.NewHBox(n.retry, dismiss)
	n.content = card(container.NewBorder(nil, nil, container.NewPadded(n.sign), container.NewCenter(buttons), n.text))
	n.content.Hide()
	return n
}

// update shows the last error, if there is one.
func (n *notice) update(now model.State) {
	if now.Notice != nil {
		setText(n.text, sentence(now.Notice))
		n.sign.SetResource(noticeSign(now.Notice))
	}
	show(n.retry, now.Phase == model.Unable)
	show(n.content, now.Notice != nil)
}

// noticeSign is a warning, but for what is none.
func noticeSign(err error) fyne.Resource {
	var saved model.Saved
	if errors.As(err, &saved) {
		return theme.NewSuccessThemedResource(theme.ConfirmIcon())
	}
	return theme.NewWarningThemedResource(theme.WarningIcon())
}
