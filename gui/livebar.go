package gui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
)

// A liveBar is the foot of the window: the one button, how it is going, and the link to watch.
type liveBar struct {
	content  fyne.CanvasObject
	OnToggle func()

	button  *widget.Button
	idle    fyne.CanvasObject
	title   *widget.Label
	about   *widget.Label
	numbers fyne.CanvasObject
	rate    *widget.Label
	dropped *widget.Label
	viewers *widget.Label
	link    *link
}

func newLiveBar(w fyne.Window) *liveBar {
	b := &liveBar{title: heading(""), about: caption(""), link: newLink(w)}
	b.button = widget.NewButtonWithIcon(lang.L("Go Live"), theme.MediaRecordIcon(), func() { b.OnToggle() })
	b.button.Importance = widget.DangerImportance
	big := container.NewThemeOverride(container.NewStack(space(220, 64), b.button), bold{theme.Current()})
	b.idle = tight(b.title, b.about)
	b.rate, b.dropped, b.viewers = number(), number(), number()
	b.numbers = container.NewHBox(
		tight(b.rate, caption(lang.L("Upload"))),
		tight(b.dropped, caption(lang.L("Dropped frames"))),
		tight(b.viewers, caption(lang.L("Viewers"))))
	b.numbers.Hide()
	b.about.Truncation = fyne.TextTruncateEllipsis
	middle := container.NewVBox(layout.NewSpacer(), b.idle, b.numbers, layout.NewSpacer())
	b.content = card(container.NewBorder(nil, nil, big, container.NewCenter(b.link.content), pad(middle, 0, 0, 8, 0)))
	return b
}

func number() *widget.Label {
	l := widget.NewLabel("0")
	l.SizeName = sizeBig
	l.TextStyle.Bold = true
	return l
}

// update shows how the broadcast is going.
func (b *liveBar) update(now model.State) {
	text, importance := b.face(now)
	if b.button.Text != text || b.button.Importance != importance {
		b.button.Text, b.button.Importance = text, importance
		b.button.Icon = theme.MediaRecordIcon()
		if now.Phase == model.Live { // the light is on
			b.button.Icon = theme.NewErrorThemedResource(b.button.Icon)
		}
		b.button.Refresh()
	}
	enable(b.button, now.Phase != model.Ending)
	show(b.numbers, now.Phase == model.Live)
	show(b.idle, now.Phase != model.Live)
	title, about := standby(now)
	setText(b.title, title)
	setText(b.about, about)
	kbps, dropped := 0, int64(0)
	for _, o := range now.Stats.Outputs {
		kbps += o.BitrateKbps
		dropped += o.DroppedFrames
	}
	setText(b.rate, megabits(kbps))
	setText(b.dropped, fmt.Sprint(dropped))
	setText(b.viewers, fmt.Sprint(now.Stats.Latency.Viewers))
	b.link.update(now.WatchURL)
}

// face returns what the button says and how it looks: red while it would go live.
func (b *liveBar) face(now model.State) (string, widget.Importance) {
	switch now.Phase {
	case model.Live:
		return lang.L("End") + "   " + clock(now.LiveFor), widget.MediumImportance
	case model.Ending:
		return lang.L("Ending…"), widget.MediumImportance
	case model.Connecting:
		return lang.L("Starting…"), widget.MediumImportance
	}
	return lang.L("Go Live"), widget.DangerImportance
}

// standby returns a headline and a line below it for when there are no numbers to show.
func standby(now model.State) (title, about string) {
	var names []string
	for _, d := range now.Profile.Destinations {
		name := d.Name
		if d.URL == profile.LocalURL {
			name = lang.L("This computer")
		}
		names = append(names, name)
	}
	about = lang.L("Nobody can see this yet. It will go to: {{.Names}}", map[string]any{"Names": strings.Join(names, ", ")})
	if len(names) == 0 {
		about = lang.L("Nobody can see this yet.")
	}
	switch now.Phase {
	case model.Starting:
		return lang.L("Getting ready…"), about
	case model.Connecting:
		return lang.L("Connecting…"), about
	case model.Unable:
		return lang.L("Not ready"), lang.L("Pick something else to show, or try again.")
	}
	return lang.L("Ready"), about
}
