package gui

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
)

// A quality is the fold with the settings of the picture, and of the recording.
type quality struct {
	content  fyne.CanvasObject
	OnChange func(profile.Size, profile.FrameRate, profile.BitRate, string)
	OnFolder func(chosen func(folder string)) // a folder for the recordings is to be chosen

	fold             *widget.Button
	inside           *fyne.Container
	size, fps, rate  *widget.Select
	record           *widget.Check
	folder           *widget.Button
	current          profile.Profile
	updating, opened bool
}

// recordFolder is where recordings go unless another folder is chosen.
const recordFolder = "~/Videos"

func newQuality() *quality {
	q := &quality{}
	pick := func(string) { q.changed() }
	q.size, q.fps, q.rate = widget.NewSelect(nil, pick), widget.NewSelect(nil, pick), widget.NewSelect(nil, pick)
	q.record = widget.NewCheck(lang.L("Also record to a file"), func(on bool) { q.recordChanged(on) })
	q.folder = quiet("", theme.FolderOpenIcon(), func() {
		q.OnFolder(func(folder string) {
			q.current.Record = folder
			q.changed()
		})
	})
	q.folder.Alignment = widget.ButtonAlignLeading
	form := container.New(layout.NewFormLayout(),
		widget.NewLabel(lang.L("Picture size")), q.size,
		widget.NewLabel(lang.L("Pictures per second")), q.fps,
		widget.NewLabel(lang.L("Bitrate")), q.rate)
	q.inside = container.NewVBox(form, q.record, q.folder)
	q.inside.Hide()
	q.fold = quiet("", theme.MenuExpandIcon(), q.toggle)
	q.fold.Alignment = widget.ButtonAlignLeading
	q.content = card(container.NewVBox(q.fold, q.inside))
	return q
}

func (q *quality) toggle() {
	q.opened = !q.opened
	icon := theme.MenuExpandIcon()
	if q.opened {
		icon = theme.MenuDropDownIcon()
	}
	q.fold.SetIcon(icon)
	show(q.inside, q.opened)
	q.content.Refresh()
}

// update shows the settings of the profile.
func (q *quality) update(now model.State) {
	p := now.Profile
	q.current = p
	q.updating = true
	defer func() { q.updating = false }()
	if title := fmt.Sprintf("%s: %v, %v fps", lang.L("Picture quality"), p.Size, p.FPS); q.fold.Text != title {
		q.fold.SetText(title)
	}
	offer(q.size, p.Size.String(), "1920x1080", "1600x900", "1280x720", "854x480", "640x360")
	offer(q.fps, p.FPS.String(), "60", "30", "24")
	offer(q.rate, p.BitRate.String(), "9000k", "6000k", "4500k", "3000k", "1500k", "800k")
	if q.record.Checked != (p.Record != "") {
		q.record.SetChecked(p.Record != "")
	}
	if q.folder.Text != p.Record {
		q.folder.SetText(p.Record)
	}
	show(q.folder, p.Record != "")
	for _, w := range []fyne.Disableable{q.size, q.fps, q.rate, q.record, q.folder} {
		enable(w, !now.OnAir())
	}
}

// offer shows value among the usual ones.
func offer(s *widget.Select, value string, usual ...string) {
	if !slices.Contains(usual, value) {
		usual = append([]string{value}, usual...)
	}
	if !slices.Equal(s.Options, usual) {
		s.SetOptions(usual)
	}
	if s.Selected != value {
		s.Selected = value
		s.Refresh()
	}
}

func (q *quality) recordChanged(on bool) {
	if q.updating {
		return
	}
	q.current.Record = ""
	if on {
		q.current.Record = recordFolder
	}
	q.changed()
}

// changed reports all settings. What the lists offer can be parsed, so an error leaves the setting as it was.
func (q *quality) changed() {
	if q.updating {
		return
	}
	size, fps, rate := q.current.Size, q.current.FPS, q.current.BitRate
	_ = size.UnmarshalText([]byte(q.size.Selected))
	_ = fps.UnmarshalText([]byte(q.fps.Selected))
	_ = rate.UnmarshalText([]byte(q.rate.Selected))
	q.OnChange(size, fps, rate, q.current.Record)
}
