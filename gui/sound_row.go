package gui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
)

// A soundRow is one sound source: its name, its meter, and what can be done with it.
type soundRow struct {
	spec       string
	content    fyne.CanvasObject
	ballistics model.Meter

	mute    *button
	monitor *button
	remove  *button
	gain    *button // unfolds the slider
	slider  *slider
	fold    fyne.CanvasObject
	name    *widget.Label
	trouble *widget.Label
	meter   *meter
	gauge   fyne.CanvasObject // the meter with room around it
	warning fyne.CanvasObject // the trouble
	missing string
}

func (s *sound) newRow(spec string) *soundRow {
	r := &soundRow{spec: spec, meter: newMeter(), name: widget.NewLabel(""), trouble: wrapped("")}
	r.name.Truncation = fyne.TextTruncateEllipsis
	r.mute = quiet("", theme.VolumeUpIcon(), func() { s.OnMute(spec) })
	r.monitor = quiet("", headphonesIcon(), func() { s.OnMonitor(spec) })
	r.remove = quiet("", theme.CancelIcon(), func() { s.OnRemove(spec) })
	r.gain = quiet("", nil, func() { show(r.fold, !r.fold.Visible()); s.list.Refresh() })
	r.slider = newSlider(-profile.MaxGain, profile.MaxGain, 0.5, func(db float64) { s.OnGain(spec, db) })
	reset := quiet("0 dB", nil, func() { s.OnGain(spec, 0) })
	r.fold = container.NewBorder(nil, nil, nil, reset, r.slider)
	r.fold.Hide()
	r.gauge = pad(r.meter, 0, 6, 8, 8)
	r.warning = pad(r.trouble, -10, 0, 0, 0)
	r.warning.Hide()
	head := container.NewBorder(nil, nil, r.mute, container.NewHBox(r.gain, r.monitor, r.remove), r.name)
	r.content = container.NewVBox(head, r.gauge, r.fold, r.warning)
	return r
}

// move shows a reading on the meter, and says it in words when the sound is cut off.
func (r *soundRow) move(reading model.Reading) {
	r.meter.set(reading)
	switch {
	case r.missing != "":
	case reading.Clip:
		setText(r.trouble, lang.L("Too loud: it sounds broken. Turn it down."))
		show(r.warning, true)
	default:
		show(r.warning, false)
	}
}

func (r *soundRow) setMuted(muted bool) {
	icon, importance := theme.VolumeUpIcon(), widget.MediumImportance
	if muted {
		icon, importance = theme.VolumeMuteIcon(), widget.LowImportance
	}
	setIcon(r.mute, icon)
	if r.name.Importance != importance {
		r.name.Importance = importance
		r.name.Refresh()
	}
}

func (r *soundRow) setMonitored(on bool) {
	importance := widget.LowImportance
	if on {
		importance = widget.HighImportance
	}
	if r.monitor.Importance != importance {
		r.monitor.Importance = importance
		r.monitor.Refresh()
	}
}

func (r *soundRow) setGain(db float64) {
	if text := decibels(db); r.gain.Text != text {
		r.gain.SetText(text)
	}
	if r.slider.Value != db {
		r.slider.Value = db // SetValue would report it
		r.slider.Refresh()
	}
}

// setTrouble shows why the source is missing, "" when it is not.
func (r *soundRow) setTrouble(text string) {
	r.missing = text
	if text != "" {
		setText(r.trouble, reason(text))
		show(r.warning, true)
	}
	show(r.gauge, text == "")
}

// decibels returns a gain as people write it.
func decibels(db float64) string {
	if db == 0 {
		return "0 dB"
	}
	return fmt.Sprintf("%+.1f dB", db)
}
