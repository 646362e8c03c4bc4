package gui

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
	"golive/secret"
)

const (
	stateEvery = time.Second / 4  // the numbers
	meterEvery = time.Second / 20 // the sound meters
)

// A window puts the panels together and connects them to the model.
type window struct {
	window  fyne.Window
	model   *model.Model
	changed func() bool // says whether the model changed since it was last asked
	keys    *keys
	stills  stills

	profiles *profiles
	notice   *notice
	preview  *preview
	source   *source
	sound    *sound
	places   *places
	quality  *quality
	bar      *liveBar

	picking   bool   // a part of the screen is being drawn
	before    string // what was shown before that
	lastState time.Time
	lastMeter time.Time
}

func newWindow(a fyne.App, m *model.Model, changed func() bool) *window {
	w := &window{window: a.NewWindow("Golive"), model: m, changed: changed}
	w.keys = &keys{onLive: m.ToggleLive, onSave: m.Save, onCancel: w.cancel}
	w.profiles = newProfiles(w.window, w.keys)
	w.notice = newNotice()
	w.preview = newPreview()
	w.source = newSource(w.keys)
	w.sound = newSound()
	w.places = newPlaces()
	w.quality = newQuality()
	w.bar = newLiveBar(w.window)
	w.connect()
	w.update(m.State())
	w.window.SetContent(w.layout())
	w.keys.attach(w.window.Canvas())
	w.window.Resize(fyne.NewSize(1280, 800))
	w.window.SetCloseIntercept(w.close)
	return w
}

func (w *window) layout() fyne.CanvasObject {
	column := layout.NewCustomPaddedVBoxLayout(gap)
	panels := container.New(column, w.source.content, w.sound.content, w.places.content, w.quality.content)
	side := container.NewStack(space(sideWidth, 1), container.NewVScroll(panels))
	foot := container.New(column, w.notice.content, w.bar.content)
	main := container.NewBorder(
		pad(w.profiles.content, 0, gap, 0, 0), pad(foot, gap, 0, 0, 0), nil, pad(side, 0, 0, gap, 0), w.preview)
	return pad(main, 2*gap-6, 2*gap-4, 2*gap-4, 2*gap-4)
}

// connect gives what the person does to the model.
func (w *window) connect() {
	m := w.model
	w.profiles.OnOpen, w.profiles.OnSave, w.profiles.OnSaveAs, w.profiles.OnDelete = m.Open, m.Save, m.SaveAs, m.Delete
	w.notice.OnRetry, w.notice.OnDismiss = m.Retry, m.Dismiss
	w.preview.OnArea = w.stills.setArea
	w.preview.OnPicked = w.picked
	w.source.OnShow, w.source.OnDraw = m.Show, w.draw
	w.sound.OnAdd, w.sound.OnRemove, w.sound.OnMute = m.AddSound, m.RemoveSound, m.ToggleMute
	w.places.OnLocal, w.places.OnRemove = m.AddLocal, m.RemoveDestination
	w.places.OnEdit = func(old profile.Destination) {
		askPlace(w.window, w.keys, old, func(d profile.Destination, key secret.Secret) { m.PutDestination(old.Name, d, key) })
	}
	w.quality.OnChange = m.SetPicture
	w.quality.OnFolder = w.askFolder
	w.bar.OnToggle = m.ToggleLive
}

// prepare gets the newest picture and numbers off the window's goroutine, and returns what shows them.
func (w *window) prepare() func() {
	var img *image.RGBA
	if f := w.model.Frame(); f != nil {
		img = w.stills.draw(f)
	}
	now := time.Now()
	all := w.changed() || now.Sub(w.lastState) >= stateEvery
	meters := all || now.Sub(w.lastMeter) >= meterEvery
	var s model.State
	if meters {
		s = w.model.State()
		w.lastMeter = now
	}
	if all {
		w.lastState = now
	}
	return func() {
		if img != nil {
			w.preview.show(img)
		}
		switch {
		case all:
			w.update(s)
		case meters:
			w.sound.meters(s.Stats.Audio.Sources)
		}
	}
}

// update shows a state in all panels.
func (w *window) update(s model.State) {
	w.profiles.update(s)
	w.notice.update(s)
	w.source.update(s)
	w.sound.update(s)
	w.places.update(s)
	w.quality.update(s)
	w.bar.update(s)
	switch {
	case s.Phase == model.Starting:
		w.preview.say(lang.L("Opening what you show…"))
	case s.Phase == model.Unable:
		w.preview.say(lang.L("Nothing to show"))
	default:
		w.preview.say("")
	}
}

// draw lets the person draw a part of the screen on the preview, which has to show all of it for that.
func (w *window) draw() {
	s := w.model.State()
	screen, ok := model.ScreenFor(s.Profile.Video, s.Devices)
	if !ok || s.OnAir() && model.SpecOf(screen) != s.Profile.Video {
		return
	}
	w.picking, w.before = true, s.Profile.Video
	w.window.Canvas().Unfocus()
	w.preview.pick(screen.Bounds, image.Point(s.Profile.Size), lang.L("Drag over the part to show. Esc cancels."))
	if model.SpecOf(screen) != w.before {
		w.model.Show(model.SpecOf(screen))
	}
}

func (w *window) picked(r image.Rectangle) {
	w.picking = false
	w.model.Show(model.RegionSpec(r))
}

// cancel closes what is in front of the window, or ends drawing, and says whether there was one of both.
func (w *window) cancel() bool {
	if front, ok := w.window.Canvas().Overlays().Top().(*widget.PopUp); ok {
		front.Hide()
		return true
	}
	return w.cancelDraw()
}

// cancelDraw goes back to what was shown before, and says whether there was drawing to cancel.
func (w *window) cancelDraw() bool {
	if !w.preview.stop() || !w.picking {
		return false
	}
	w.picking = false
	w.model.Show(w.before)
	return true
}

func (w *window) askFolder(chosen func(string)) {
	dialog.ShowFolderOpen(func(folder fyne.ListableURI, err error) {
		if err != nil {
			w.model.Report(err)
		} else if folder != nil {
			chosen(folder.Path())
		}
	}, w.window)
}

// close asks before it ends a broadcast or loses changes.
func (w *window) close() {
	s := w.model.State()
	switch {
	case s.OnAir():
		d := dialog.NewConfirm(lang.L("You are live"), lang.L("End the broadcast and close Golive?"), func(ok bool) {
			if ok {
				w.window.Close()
			}
		}, w.window)
		d.SetConfirmText(lang.L("End and close"))
		d.SetDismissText(lang.L("Stay live"))
		d.Show()
	case s.Unsaved:
		w.askSave(s.Name)
	default:
		w.window.Close()
	}
}

func (w *window) askSave(name string) {
	question := widget.NewLabel(lang.L("Save the changes to the profile “{{.Name}}”?", map[string]any{"Name": name}))
	d := dialog.NewCustomWithoutButtons(lang.L("Close Golive"), question, w.window)
	save := widget.NewButton(lang.L("Save"), func() {
		w.model.Save()
		if w.model.State().Unsaved {
			d.Hide() // the notice says why
			return
		}
		w.window.Close()
	})
	save.Importance = widget.HighImportance
	d.SetButtons([]fyne.CanvasObject{
		widget.NewButton(lang.L("Cancel"), d.Hide),
		widget.NewButton(lang.L("Do not save"), w.window.Close),
		save,
	})
	d.Show()
}
