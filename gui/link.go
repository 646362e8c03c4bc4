package gui

import (
	"net/url"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/skip2/go-qrcode"

	"golive/gui/model"
)

// A link is the address of the watch page, with what one does with it.
type link struct {
	content   fyne.CanvasObject
	OnShare   func(on bool)                                 // others on the network are to be let in, or not any more
	OnProtect func(on bool)                                 // only those with a link of ours are to be let in
	OnInvite  func(once bool) string                        // returns a link that lets in who has it
	OnFront   func(title string, content fyne.CanvasObject) // something is to be shown in front of the window

	text    *widget.Label
	copy    *button
	once    *button // copies a link that works once
	share   *check
	protect *check
	address string

	protected bool
}

func newLink() *link {
	l := &link{text: widget.NewLabel("")}
	l.text.Truncation = fyne.TextTruncateEllipsis
	l.copy = newButton(lang.L("Copy"), theme.ContentCopyIcon(), func() { l.take(l.copy, false) })
	open := newButton(lang.L("Open"), theme.ComputerIcon(), l.open)
	code := newButton(lang.L("QR code"), nil, l.showCode)
	l.share = newCheck(lang.L("Let others on my network watch"), nil)
	l.protect = newCheck(lang.L("Only people I give a link to"), nil)
	l.once = quiet(lang.L("Copy a link for one person"), theme.ContentCopyIcon(), func() { l.take(l.once, true) })
	l.once.Hide()
	l.content = container.NewVBox(l.text, container.NewGridWithColumns(3, l.copy, open, code), l.share, l.protect, l.once)
	l.content.Hide()
	return l
}

// update shows the address of the page, if there is one, and who can use it.
func (l *link) update(now model.State) {
	if l.address != now.WatchURL {
		l.address = now.WatchURL
		l.text.SetText(l.address)
		l.untake()
	}
	if l.protected != now.Protected {
		l.protected = now.Protected
		l.untake() // what was copied lets nobody in any more, or everybody
	}
	set(l.share, now.Shared, func(on bool) { l.OnShare(on) })
	set(l.protect, now.Protected, func(on bool) { l.OnProtect(on) })
	enable(l.share, !now.OnAir())
	show(l.once, now.Protected)
	show(l.content, l.address != "" && slices.ContainsFunc(now.Profile.Destinations, isLocal))
}

// set shows a state of a switch, without reporting it.
func set(c *check, on bool, changed func(bool)) {
	c.OnChanged = nil
	c.SetChecked(on)
	c.OnChanged = changed
}

// take copies a link, and says so on the button.
func (l *link) take(b *button, once bool) {
	l.untake()
	fyne.CurrentApp().Clipboard().SetContent(l.OnInvite(once))
	b.SetText(lang.L("Copied"))
}

// untake lets the buttons say what they do.
func (l *link) untake() {
	l.copy.SetText(lang.L("Copy"))
	l.once.SetText(lang.L("Copy a link for one person"))
}

func (l *link) open() {
	u, err := url.Parse(l.OnInvite(false))
	if err == nil {
		err = fyne.CurrentApp().OpenURL(u)
	}
	if err != nil {
		l.OnFront(lang.L("Watch link"), widget.NewLabel(lang.L("No browser could be opened. Copy the link into one.")))
	}
}

func (l *link) showCode() {
	code, err := qrcode.New(l.OnInvite(false), qrcode.Medium)
	if err != nil {
		l.OnFront(lang.L("Watch link"), widget.NewLabel(lang.L("This link is too long for a QR code.")))
		return
	}
	img := canvas.NewImageFromImage(code.Image(256))
	img.ScaleMode = canvas.ImageScalePixels
	img.FillMode = canvas.ImageFillContain
	img.SetMinSize(fyne.NewSize(256, 256))
	text := widget.NewLabelWithStyle(l.address, fyne.TextAlignCenter, fyne.TextStyle{})
	l.OnFront(lang.L("Watch link"), container.NewVBox(img, text))
}
