package gui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

// A settingsView shows the settings of one section, or those that a person looks for.
type settingsView struct {
	content fyne.CanvasObject
	apply   func(s setting, text string) error

	keys   *keys
	all    []setting
	search *entry
	names  []model.Choice
	list   *list
	page   *fyne.Container
	rows   []*settingRow
	opened section
	last   model.State
	extra  map[section]fyne.CanvasObject // shown below the settings of a section
}

func newSettingsView(k *keys, all []setting, now model.State) *settingsView {
	v := &settingsView{keys: k, all: all, names: sections(), last: now, page: container.NewVBox(), extra: map[section]fyne.CanvasObject{}}
	v.search = newEntry(k, nil)
	v.search.SetPlaceHolder(lang.L("Search"))
	v.search.OnChanged = func(string) { v.fill() }
	v.list = newList(func() int { return len(v.names) },
		func() fyne.CanvasObject { return widget.NewLabel("") },
		func(i widget.ListItemID, o fyne.CanvasObject) { o.(*widget.Label).SetText(v.names[i].Label) })
	v.list.OnSelected = func(i widget.ListItemID) {
		v.opened = section(v.names[i].Spec)
		v.search.SetText("")
		v.fill()
	}
	left := container.NewBorder(v.search, nil, nil, nil, v.list)
	v.content = container.NewBorder(nil, nil, container.NewStack(space(190, 1), left), nil, container.NewVScroll(pad(v.page, 0, 8, 12, 12)))
	return v
}

// open shows a section.
func (v *settingsView) open(s section) {
	for i, c := range v.names {
		if section(c.Spec) == s {
			v.list.Select(i)
		}
	}
}

// fill lists what is to be seen now.
func (v *settingsView) fill() {
	v.rows = nil
	v.page.RemoveAll()
	for _, s := range v.all {
		if v.search.Text == "" && s.section != v.opened || !s.matches(v.search.Text) {
			continue
		}
		r := v.newRow(s)
		v.rows = append(v.rows, r)
		v.page.Add(r.content)
	}
	if len(v.rows) == 0 {
		v.page.Add(wrapped(lang.L("Nothing is called that.")))
	}
	if more := v.extra[v.opened]; more != nil && v.search.Text == "" {
		v.page.Add(more)
	}
	v.update(v.last)
}

// update shows the values of now.
func (v *settingsView) update(now model.State) {
	v.last = now
	for _, r := range v.rows {
		r.update(now)
	}
}

// A settingRow is one setting.
type settingRow struct {
	setting setting
	content fyne.CanvasObject
	value   fyne.Disableable
	wrong   *widget.Label
	reset   *button
	shown   string
	show    func(text string)
}

func (v *settingsView) newRow(s setting) *settingRow {
	r := &settingRow{setting: s, wrong: wrapped("")}
	r.wrong.Importance = widget.DangerImportance
	r.wrong.Hide()
	apply := func(text string) {
		if text == r.shown {
			return
		}
		if err := v.apply(s, text); err != nil {
			setText(r.wrong, sentence(err))
			show(r.wrong, true)
			return
		}
		show(r.wrong, false)
		r.shown = text
	}
	var value fyne.CanvasObject
	value, r.value, r.show = v.newValue(s, apply)
	r.reset = quiet("", theme.ContentUndoIcon(), func() {
		apply(s.usual())
		r.show(s.usual())
	})
	name := widget.NewLabel(s.name)
	name.TextStyle.Bold = true
	name.Wrapping = fyne.TextWrapWord
	right := container.NewHBox(container.NewStack(space(250, 1), value), r.reset)
	help := container.NewVBox(tight(name, wrapped(s.help)), r.wrong)
	r.content = container.NewVBox(container.NewBorder(nil, nil, nil, container.NewVBox(right, layout.NewSpacer()), help), widget.NewSeparator())
	return r
}

// newValue returns the widget for the value of a setting, and what shows a value in it.
func (v *settingsView) newValue(s setting, apply func(string)) (fyne.CanvasObject, fyne.Disableable, func(string)) {
	switch {
	case s.onOff:
		c := newCheck("", nil)
		c.OnChanged = func(on bool) { apply(onOff(on)) }
		return c, c, func(text string) { c.Checked = text == "on"; c.Refresh() }
	case s.options != nil:
		list := newSelection(nil, nil)
		options := s.options
		list.OnChanged = func(label string) { apply(model.SpecFor(options, label)) }
		return list, list, func(text string) {
			options = s.options
			if model.LabelOf(options, text) == "" {
				options = append(options[:len(options):len(options)], model.Choice{Label: text, Spec: text})
			}
			list.Options, list.Selected = model.Labels(options), model.LabelOf(options, text)
			list.Refresh()
		}
	}
	e := newEntry(v.keys, apply)
	e.OnSubmitted = apply
	return e, e, func(text string) { e.SetText(text) }
}

func (r *settingRow) update(now model.State) {
	current := r.setting.current(now)
	if r.shown != current || current == "" {
		if r.shown != current {
			r.show(current)
		}
		r.shown = current
	}
	enable(r.value, !r.setting.idle || !now.OnAir())
	enable(r.reset, current != r.setting.usual() && (!r.setting.idle || !now.OnAir()))
}

// openSettings shows the settings in front of the window, at a section.
func (w *window) openSettings(at section) {
	if at == "" {
		at = sectionGeneral
	}
	v := newSettingsView(w.keys, w.settings(), w.model.State())
	v.apply = func(s setting, text string) error { return s.apply(w.model, text) }
	measured := wrapped(lang.L("Measuring the encoders of this computer…"))
	v.extra[sectionEncoder] = container.NewVBox(heading(lang.L("What each measured")), measured)
	d := dialog.NewCustomWithoutButtons(lang.L("Settings"), v.content, w.window)
	d.SetButtons([]fyne.CanvasObject{newButton(lang.L("Keys"), nil, w.showKeys), newButton(lang.L("Close"), nil, d.Hide)})
	w.extra = func(s model.State) {
		v.update(s)
		if text := encodersText(s); text != "" {
			setText(measured, text)
		}
	}
	w.settingsAt = func() section { return v.opened }
	w.model.MeasureEncoders()
	d.Resize(w.fitting(920, 640))
	w.present(d, d.Hide, func() { w.extra, w.settingsAt = nil, nil })
	v.open(at)
}

// encodersText says what each encoder measured, a line each.
func encodersText(s model.State) string {
	text := ""
	for _, r := range s.Encoders {
		line := fmt.Sprintf("%s: %.1f ms", r.Name, r.MSPerFrame)
		if !r.Works {
			line = fmt.Sprintf("%s: %s", r.Name, lang.L("does not work here"))
		}
		text += line + "\n"
	}
	return text
}
