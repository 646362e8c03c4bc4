package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"golive/profile"
)

// An action is something that a key does: in the window with Ctrl, or anywhere by a key that the person chose.
type action struct {
	id   string // in the settings
	name string
	key  fyne.KeyName // with Ctrl
	do   func()

	urgent bool // it works also while something is in front of the window: it is about this moment of what others see
}

// The actions that the settings know by these names.
const (
	actionLive   = "live"
	actionRecord = "record"
	actionPause  = "pause"
	actionReplay = "replay"
	actionMute   = "mute"
	actionBreak  = "break"
)

// mainActions is how many of the actions can have a key that works anywhere: the first ones.
const mainActions = 6

// actions returns all there are, in the order of the list of keys.
func (w *window) actions() []action {
	m := w.model
	return []action{
		{actionLive, lang.L("Go live, or end it"), fyne.KeyL, m.ToggleLive, false},
		{actionRecord, lang.L("Record, or end the recording"), fyne.KeyR, m.ToggleRecord, false},
		{actionPause, lang.L("Pause the recording, or go on with it"), fyne.KeyP, m.TogglePause, true},
		{actionReplay, lang.L("Save a replay"), fyne.KeyE, m.SaveReplay, true},
		{actionMute, lang.L("Mute the microphone"), fyne.KeyM, m.ToggleMic, true},
		{actionBreak, lang.L("Be right back"), fyne.KeyB, m.ToggleBreak, true},
		{"show", lang.L("Choose what to show"), fyne.KeyO, w.pickSource, false},
		{"draw", lang.L("Draw a part of the screen"), fyne.KeyD, w.draw, false},
		{"add", lang.L("Add a destination"), fyne.KeyN, func() { w.places.OnEdit(profile.Destination{}) }, false},
		{"figures", lang.L("Show the figures"), fyne.KeyI, func() { w.bar.OnStats() }, false},
		{"log", lang.L("Open the log"), fyne.KeyJ, w.openLog, false},
		{"settings", lang.L("Open the settings"), fyne.KeyComma, func() { w.openSettings("") }, false},
		{"quit", lang.L("Quit"), fyne.KeyQ, w.quit, false},
	}
}

// act does what a key that works anywhere stands for.
func (w *window) act(id string) {
	for _, a := range w.actions() {
		if a.id == id {
			a.do()
		}
	}
}

// showKeys lists what keys do.
func (w *window) showKeys() {
	rows := container.New(layout.NewFormLayout(), widget.NewLabel("F9"), widget.NewLabel(lang.L("Go live, or end it")))
	for _, a := range w.actions() {
		rows.Add(widget.NewLabel("Ctrl+" + string(a.key)))
		rows.Add(widget.NewLabel(a.name))
	}
	rows.Add(widget.NewLabel("Esc"))
	rows.Add(widget.NewLabel(lang.L("Close what is in front")))
	w.inform(lang.L("Keys"), container.NewVScroll(rows), w.fitting(420, 520))
}
