package gui

import (
	"net/url"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/skip2/go-qrcode"
)

// A link is the address of the watch page, with what one does with it.
type link struct {
	content fyne.CanvasObject
	OnShare func(on bool) // others on the network are to be let in, or not any more

	window  fyne.Window
	text    *widget.Label
	copy    *button
	share   *check
	address string
}

func newLink(w fyne.Window) *link {
	l := &link{window: w, text: widget.NewLabel("")}
	l.text.Truncation = fyne.TextTruncateEllipsis
	l.copy = newButton(lang.L("Copy"), theme.ContentCopyIcon(), l.copyAddress)
	open := newButton(lang.L("Open"), theme.ComputerIcon(), l.open)
	code := newButton(lang.L("QR code"), nil, l.showCode)
	l.share = newCheck(lang.L("Let others on my network watch"), nil)
	l.content = container.NewVBox(l.text, container.NewGridWithColumns(3, l.copy, open, code), l.share)
	l.content.Hide()
	return l
}

// update shows address, or nothing when it is "", and whether others on the network can use it.
func (l *link) update(address string, shared, idle bool) {
	if l.address != address {
		l.address = address
		l.text.SetText(address)
		l.copy.SetText(lang.L("Copy"))
	}
	l.share.OnChanged = nil
	l.share.SetChecked(shared)
	l.share.OnChanged = func(on bool) { l.OnShare(on) }
	enable(l.share, idle)
	show(l.content, address != "")
}

func (l *link) copyAddress() {
	fyne.CurrentApp().Clipboard().SetContent(l.address)
	l.copy.SetText(lang.L("Copied"))
}

func (l *link) open() {
	u, err := url.Parse(l.address)
	if err == nil {
		err = fyne.CurrentApp().OpenURL(u)
	}
	if err != nil {
		dialog.ShowInformation(lang.L("Watch link"), lang.L("No browser could be opened. Copy the link into one."), l.window)
	}
}

func (l *link) showCode() {
	code, err := qrcode.New(l.address, qrcode.Medium)
	if err != nil {
		dialog.ShowInformation(lang.L("Watch link"), lang.L("This link is too long for a QR code."), l.window)
		return
	}
	img := canvas.NewImageFromImage(code.Image(256))
	img.ScaleMode = canvas.ImageScalePixels
	img.FillMode = canvas.ImageFillContain
	img.SetMinSize(fyne.NewSize(256, 256))
	text := widget.NewLabelWithStyle(l.address, fyne.TextAlignCenter, fyne.TextStyle{})
	dialog.ShowCustom(lang.L("Watch link"), lang.L("Close"), container.NewVBox(img, text), l.window)
}
