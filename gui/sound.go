package gui

import (
	"slices"
	"time"

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
	content   fyne.CanvasObject
	OnAdd     func(spec string)
	OnRemove  func(spec string)
	OnMute    func(spec string)
	OnMonitor func(spec string)
	OnGain    func(spec string, db float64)

	words model.Words
	add   *button
	rows  []*soundRow
	list  *fyne.Container
	none  *widget.Label
	last  model.State
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
		r.setMonitored(now.Monitored[r.spec])
		r.setGain(now.Profile.Gain[r.spec])
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
	now := time.Now()
	for i, r := range s.rows {
		if i < len(levels) && levels[i].Spec == r.spec && !levels[i].Muted {
			r.move(r.ballistics.Read(now, levels[i]))
		} else {
			r.move(model.Silent())
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
