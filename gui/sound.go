package gui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/publish"
)

// A sound is the panel of what is heard: a row for each source, with a meter.
type sound struct {
	content  fyne.CanvasObject
	OnAdd    func(spec string)
	OnRemove func(spec string)
	OnMute   func(spec string)

	words model.Words
	add   *widget.Button
	rows  []*soundRow
	list  *fyne.Container
	none  *widget.Label
	last  model.State
}

// A soundRow is one source.
type soundRow struct {
	spec    string
	content fyne.CanvasObject
	mute    *widget.Button
	remove  *widget.Button
	name    *widget.Label
	trouble *widget.Label
	meter   *meter
	gauge   fyne.CanvasObject // the meter with room around it
	warning fyne.CanvasObject // the trouble, instead of the meter
}

func newSound() *sound {
	s := &sound{words: newWords(), list: container.NewVBox(), none: caption(lang.L("Nothing is heard."))}
	s.add = quiet(lang.L("Add"), theme.ContentAddIcon(), s.menu)
	s.content = panel(lang.L("Sound"), s.add, s.none, s.list)
	return s
}

// menu shows the sources that can be added.
func (s *sound) menu() {
	var items []*fyne.MenuItem
	for _, c := range model.Sounds(s.last.Devices, s.last.Profile.Audio, s.words) {
		items = append(items, fyne.NewMenuItem(c.Label, func() { s.OnAdd(c.Spec) }))
	}
	if len(items) > 0 {
		popUp(s.add, items)
	}
}

// popUp shows a menu below a button.
func popUp(b *widget.Button, items []*fyne.MenuItem) {
	c := fyne.CurrentApp().Driver().CanvasForObject(b)
	if c != nil {
		widget.ShowPopUpMenuAtRelativePosition(fyne.NewMenu("", items...), c, fyne.NewPos(0, b.Size().Height), b)
	}
}

// update shows the sources in use.
func (s *sound) update(now model.State) {
	s.last = now
	if !slices.EqualFunc(s.rows, now.Profile.Audio, func(r *soundRow, spec string) bool { return r.spec == spec }) {
		s.rebuild(now.Profile.Audio)
	}
	enable(s.add, !now.OnAir())
	show(s.none, len(s.rows) == 0)
	for i, r := range s.rows {
		setText(r.name, model.SoundName(r.spec, now.Devices, s.words))
		enable(r.remove, !now.OnAir())
		r.setMuted(now.Muted[r.spec])
		var trouble string
		if i < len(now.Stats.Audio.Sources) {
			trouble = now.Stats.Audio.Sources[i].Error
		}
		r.setTrouble(trouble)
	}
	s.meters(now.Stats.Audio.Sources)
}

// meters moves the meters; it is called more often than update.
func (s *sound) meters(levels []publish.SourceLevel) {
	for i, r := range s.rows {
		if i < len(levels) && levels[i].Spec == r.spec && !levels[i].Muted {
			r.meter.set(levels[i])
		} else {
			r.meter.set(silence())
		}
	}
}

func (s *sound) rebuild(specs []string) {
	s.rows = nil
	s.list.RemoveAll()
	for _, spec := range specs {
		r := s.newRow(spec)
		s.rows = append(s.rows, r)
		s.list.Add(r.content)
	}
}

func (s *sound) newRow(spec string) *soundRow {
	r := &soundRow{spec: spec, meter: newMeter(), name: widget.NewLabel(""), trouble: caption("")}
	r.name.Truncation = fyne.TextTruncateEllipsis
	r.trouble.Wrapping = fyne.TextWrapWord
	r.mute = quiet("", theme.VolumeUpIcon(), func() { s.OnMute(spec) })
	r.remove = quiet("", theme.CancelIcon(), func() { s.OnRemove(spec) })
	r.gauge = pad(r.meter, 0, 6, 8, 8)
	head := container.NewBorder(nil, nil, r.mute, r.remove, r.name)
	r.warning = pad(r.trouble, -10, 0, 0, 0)
	r.warning.Hide()
	r.content = container.NewVBox(head, r.gauge, r.warning)
	return r
}

func (r *soundRow) setMuted(muted bool) {
	icon, importance := theme.VolumeUpIcon(), widget.MediumImportance
	if muted {
		icon, importance = theme.VolumeMuteIcon(), widget.LowImportance
	}
	if r.mute.Icon != icon {
		r.mute.SetIcon(icon)
		r.name.Importance = importance
		r.name.Refresh()
	}
}

// setTrouble shows why the source is missing, "" when it is not.
func (r *soundRow) setTrouble(text string) {
	setText(r.trouble, reason(text))
	show(r.warning, text != "")
	show(r.gauge, text == "")
}
