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

// A liveBar is the foot of the window: the one button, what goes with it, and how it is going.
type liveBar struct {
	content  fyne.CanvasObject
	OnToggle func()
	OnRecord func()
	OnReplay func()
	OnMute   func()
	OnBreak  func()
	OnStats  func()

	button  *button
	record  *tool
	replay  *tool
	mute    *tool
	pause   *tool
	stats   *tool
	idle    fyne.CanvasObject
	title   *widget.Label
	about   *widget.Label
	numbers fyne.CanvasObject
	rate    *widget.Label
	dropped *widget.Label
	viewers *widget.Label
}

func newLiveBar() *liveBar {
	b := &liveBar{title: heading(""), about: caption("")}
	b.button = newButton(lang.L("Go Live"), theme.MediaRecordIcon(), func() { b.OnToggle() })
	b.button.Importance = widget.DangerImportance
	big := container.NewThemeOverride(container.NewStack(space(212, 64), b.button), bold{theme.Current()})
	b.record = newTool(lang.L("Record"), theme.MediaRecordIcon(), func() { b.OnRecord() })
	b.replay = newTool(lang.L("Replay"), replayIcon(), func() { b.OnReplay() })
	b.mute = newTool(lang.L("Mute"), micIcon(), func() { b.OnMute() })
	b.pause = newTool(lang.L("Break"), breakIcon(), func() { b.OnBreak() })
	b.stats = newTool(lang.L("Figures"), chartIcon(), func() { b.OnStats() })
	tools := container.NewHBox(b.record.content, b.replay.content, b.mute.content, b.pause.content, b.stats.content)
	b.idle = tight(b.title, b.about)
	b.rate, b.dropped, b.viewers = number(), number(), number()
	b.numbers = container.NewHBox(
		tight(b.rate, caption(lang.L("Upload"))),
		tight(b.dropped, caption(lang.L("Dropped frames"))),
		tight(b.viewers, caption(lang.L("Viewers"))))
	b.numbers.Hide()
	b.about.Truncation = fyne.TextTruncateEllipsis
	middle := container.NewVBox(layout.NewSpacer(), b.idle, b.numbers, layout.NewSpacer())
	left := container.NewHBox(big, space(4, 1), container.NewCenter(tools), space(8, 1))
	b.content = card(pad(container.NewBorder(nil, nil, left, nil, middle), 2, 0, 0, 0))
	return b
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
	b.updateTools(now)
	show(b.numbers, now.Phase == model.Live)
	show(b.idle, now.Phase != model.Live)
	title, about := standby(now)
	setText(b.title, title)
	setText(b.about, about)
	setText(b.rate, megabits(now.Figures.Kbps))
	setText(b.dropped, fmt.Sprint(now.Figures.Lost.Sum()))
	setText(b.viewers, fmt.Sprint(now.Figures.Viewers))
}

func (b *liveBar) updateTools(now model.State) {
	live := now.Phase == model.Live
	r := now.Stats.Recording
	word := lang.L("Record")
	switch {
	case live && now.Recording() && r.Paused:
		word = lang.L("Paused")
	case live && now.Recording():
		word = lang.L("Recording")
	case !live && now.Recording():
		word = lang.L("Will record")
	}
	b.record.update(word, theme.MediaRecordIcon(), now.Recording(), live || !now.OnAir())
	b.replay.update(lang.L("Replay"), replayIcon(), false, live && now.Profile.Replay.Duration > 0)
	word, icon := lang.L("Mute"), micIcon()
	if now.MicMuted {
		word, icon = lang.L("Muted"), micOffIcon()
	}
	b.mute.update(word, icon, now.MicMuted, len(now.Profile.Audio) > 0)
	b.pause.update(lang.L("Break"), breakIcon(), now.Stats.Slate, now.OnAir())
	b.stats.update(lang.L("Figures"), chartIcon(), now.Settings.Window.Stats, true)
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
	case model.Checking:
		return lang.L("Checking…"), widget.MediumImportance
	}
	return lang.L("Go Live"), widget.DangerImportance
}

// standby returns a headline and a line below it for when there are no numbers to show.
func standby(now model.State) (title, about string) {
	about = lang.L("Nobody can see this yet. It will go to: {{.Names}}", map[string]any{"Names": placeNames(now.Profile)})
	if len(now.Profile.Destinations) == 0 {
		about = lang.L("Nobody can see this yet.")
	}
	switch now.Phase {
	case model.Starting:
		return lang.L("Getting ready…"), about
	case model.Checking:
		return lang.L("Checking…"), about
	case model.Connecting:
		return lang.L("Connecting…"), about
	case model.Unable:
		return lang.L("Not ready"), lang.L("Pick something else to show, or try again.")
	}
	if figures := uploadFigures(now); figures != "" {
		about += "\n" + figures
	}
	return lang.L("Ready"), about
}

// placeNames lists the destinations of a profile.
func placeNames(p profile.Profile) string {
	var names []string
	for _, d := range p.Destinations {
		name := d.Name
		if d.URL == profile.LocalURL {
			name = lang.L("This computer")
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
