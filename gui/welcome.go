package gui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
	"golive/profile"
)

// A welcome asks the questions of the first run, one after the other: what to show, the sound, where to, and whether this
// computer is fast enough. Each can be skipped, and nothing of it is needed to go live.
type welcome struct {
	w      *window
	dialog *dialog.CustomDialog
	page   *fyne.Container
	step   int
	back   *button
	next   *button
	where  *widget.Label

	live   *model.Thumbnails
	pick   *picker
	sound  *sound
	places *widget.Label
	test   *widget.Label
	upload *widget.Label
	detail *widget.Label
}

// welcome shows the questions in front of the window.
func (w *window) welcome() *welcome {
	q := &welcome{w: w, page: container.NewStack(), where: caption("")}
	q.back = newButton(lang.L("Back"), nil, func() { q.show(q.step - 1) })
	q.next = newButton(lang.L("Next"), nil, func() { q.show(q.step + 1) })
	q.next.Importance = widget.HighImportance
	skip := newButton(lang.L("Skip all this"), nil, q.end)
	q.live = w.model.Thumbnails()
	content := container.NewBorder(q.where, nil, nil, nil, q.page)
	q.dialog = dialog.NewCustomWithoutButtons(lang.L("Welcome to Golive"), content, w.window)
	q.dialog.SetButtons([]fyne.CanvasObject{skip, q.back, q.next})
	w.extra = q.update
	q.dialog.Resize(w.fitting(780, 600))
	w.present(q.dialog, func() { q.show(q.step + 1) }, q.close)
	q.show(0)
	w.window.Canvas().Focus(q.next)
	return q
}

func (q *welcome) end() { q.dialog.Hide() }

func (q *welcome) close() {
	q.w.extra = nil
	q.w.background(q.live.Close)
	q.w.model.Configure(func(c *profile.Settings) { c.Welcomed = true })
}

// show shows the n-th question; after the last one, the window.
func (q *welcome) show(n int) {
	pages := []func() fyne.CanvasObject{q.showPage, q.soundPage, q.placePage, q.testPage}
	if n >= len(pages) {
		q.end()
		return
	}
	q.step = n
	setText(q.where, fmt.Sprintf("%d / %d", n+1, len(pages)))
	enable(q.back, n > 0)
	q.next.SetText(lang.L("Next"))
	if n == len(pages)-1 {
		q.next.SetText(lang.L("Done"))
	}
	q.pick, q.sound, q.places, q.test, q.upload, q.detail = nil, nil, nil, nil, nil, nil
	q.page.Objects = []fyne.CanvasObject{pages[n]()}
	q.page.Refresh()
	q.update(q.w.model.State())
}

func question(title, help string, content fyne.CanvasObject) fyne.CanvasObject {
	return container.NewBorder(tight(heading(title), wrapped(help)), nil, nil, nil, content)
}

func (q *welcome) showPage() fyne.CanvasObject {
	q.pick = newPicker(q.w.model.State())
	q.pick.OnPicked = func(spec string) {
		q.w.model.Show(spec)
		q.pick.choose(spec)
	}
	return question(lang.L("What do you want to show?"), lang.L("What you pick is what others will see. A window is seen whole, whatever covers it."), q.pick.content)
}

func (q *welcome) soundPage() fyne.CanvasObject {
	m := q.w.model
	q.sound = newSound()
	q.sound.OnAdd, q.sound.OnRemove, q.sound.OnMute = m.AddSound, m.RemoveSound, m.ToggleMute
	q.sound.OnMonitor, q.sound.OnGain = m.ToggleMonitor, m.SetGain
	return question(lang.L("What shall be heard?"), lang.L("Say something: the meter of the microphone should move into the yellow, and not into the red."), container.NewVScroll(q.sound.content))
}

func (q *welcome) placePage() fyne.CanvasObject {
	q.places = widget.NewLabel("")
	q.places.Wrapping = fyne.TextWrapWord
	add := newButton(lang.L("Add a service such as Twitch or YouTube…"), nil, func() {
		q.w.askPlace(profile.Destination{}, model.PlaceForm{})
	})
	return question(lang.L("Where do you want to be seen?"),
		lang.L("This computer has a watch page of its own: you get a link to share, and need no account anywhere. Add services if you have any."),
		container.NewVBox(q.places, container.NewHBox(add)))
}

func (q *welcome) testPage() fyne.CanvasObject {
	q.test, q.detail = widget.NewLabel(lang.L("Measuring this computer…")), wrapped("")
	q.test.Wrapping = fyne.TextWrapWord
	q.upload = widget.NewLabel("")
	q.upload.Wrapping = fyne.TextWrapWord
	q.detail.Hide()
	more := newButton(lang.L("The numbers behind it"), nil, func() { show(q.detail, !q.detail.Visible()) })
	q.w.model.MeasureEncoders()
	q.w.model.TryUpload()
	return question(lang.L("Is this computer fast enough?"), lang.L("It encodes a few pictures to find out; that takes some seconds."),
		container.NewVBox(q.test, q.upload, container.NewHBox(more), q.detail))
}

// update moves what moves on the page.
func (q *welcome) update(now model.State) {
	switch {
	case q.pick != nil:
		q.pick.update(now, q.live)
	case q.sound != nil:
		q.sound.update(now)
	case q.places != nil:
		title, about := lang.L("You will be seen on: {{.Names}}", map[string]any{"Names": placeNames(now.Profile)}), ""
		setText(q.places, title+about)
	case q.test != nil:
		if now.Encoders != nil {
			setText(q.test, recommendation(now))
		}
		setText(q.upload, uploadText(now))
		setText(q.detail, encodersText(now)+"\n"+uploadFigures(now))
	}
}

// recommendation says in one sentence what this computer can do.
func recommendation(now model.State) string {
	name, ms, enough := now.Fit()
	p := map[string]any{"Encoder": name, "Size": now.Profile.Size.String(), "FPS": now.Profile.FPS.String(), "MS": fmt.Sprintf("%.1f", ms)}
	switch {
	case name == "":
		return lang.L("No encoder works here: choose a smaller picture in the settings, under Video.")
	case now.Profile.Size == (profile.Size{}) || now.Profile.FPS == (profile.FrameRate{}):
		return lang.L("Golive takes the picture that suits this computer: {{.Encoder}} needs {{.MS}} ms for one.", p)
	case enough:
		return lang.L("{{.Size}} at {{.FPS}} pictures a second is right for this computer: {{.Encoder}} takes {{.MS}} ms for each.", p)
	}
	return lang.L("{{.Size}} at {{.FPS}} pictures a second is much for this computer: {{.Encoder}} takes {{.MS}} ms for each. A smaller picture is better.", p)
}
