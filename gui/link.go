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
	window  fyne.Window
	text    *widget.Label
	copy    *widget.Button
	address string
}

func newLink(w fyne.Window) *link {
	l := &link{window: w, text: widget.NewLabel("")}
	l.copy = widget.NewButtonWithIcon(lang.L("Copy"), theme.ContentCopyIcon(), l.copyAddress)
	open := widget.NewButtonWithIcon(lang.L("Open"), theme.ComputerIcon(), l.open)
	code := widget.NewButton(lang.L("QR code"), l.showCode)
	words := tight(caption(lang.L("Watch link")), l.text)
	l.content = container.NewHBox(words, container.NewCenter(container.NewHBox(l.copy, open, code)))
	l.content.Hide()
	return l
}

// update shows address, or nothing when it is "".
func (l *link) update(address string) {
	if l.address != address {
		l.address = address
		l.text.SetText(address)
		l.copy.SetText(lang.L("Copy"))
	}
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
