package gui

import (
	"context"
	"errors"
	"image"
	"os"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"golive/gui/model"
	"golive/profile"
)

const (
	stateEvery = time.Second / 4  // the numbers
	meterEvery = time.Second / 20 // the sound meters

	defaultWidth, defaultHeight = 1280, 800
)

// A window puts the panels together and connects them to the model.
type window struct {
	app        fyne.App
	window     fyne.Window
	model      *model.Model
	log        *model.Log
	changed    func() bool  // says whether the model changed since it was last asked
	background func(func()) // runs something that may take a while
	keys       *keys
	tray       *tray    // nil where there is no place for one
	hotkeys    hotkeys  // that work anywhere
	focused    bool     // the window has the focus, if it is shown
	hidden     bool     // only the tray shows Golive
	told       []string // of trouble, by the desktop
	links      bool     // the desktop opens links with Golive
	stills     stills
	shutter    shutter
	panels

	later      func(func())    // runs something on the window's goroutine
	running    context.Context // until the window is closed
	settingsAt func() section  // the page of the settings that is open; nil when they are not

	language  string // that the panels speak, and how they look
	theme     string
	scale     int
	size      fyne.Size // of the window at the last look
	arranged  arrangement
	unsettled int               // times to lay out yet
	dialogs   []front           // in front of the window, the front one last
	leaving   dialog.Dialog     // the question before closing while live, if it was asked
	extra     func(model.State) // updates what is in front of the window
	lastState time.Time
	lastMeter time.Time
}

// panels are the parts of the window. Another language or look needs new ones.
type panels struct {
	head    *head
	notice  *notice
	preview *preview
	source  *source
	sound   *sound
	places  *places
	figures *figures
	bar     *liveBar
}

func newWindow(a fyne.App, m *model.Model, log *model.Log, changed func() bool) *window {
	w := &window{app: a, window: a.NewWindow("Golive"), model: m, log: log, changed: changed}
	w.hotkeys.do = func(id string) { w.later(func() { w.act(id) }) }
	w.hotkeys.report = m.Report
	w.keys = w.newKeys()
	w.keys.attach(w.window.Canvas())
	s := m.State()
	w.links = s.Settings.Links
	w.rebuild(s)
	size := s.Settings.Window
	if size.Width == 0 || size.Height == 0 {
		size.Width, size.Height = defaultWidth, defaultHeight
	}
	w.window.Resize(fyne.NewSize(float32(size.Width), float32(size.Height)))
	w.window.SetCloseIntercept(w.close)
	return w
}

// rebuild makes all panels anew, in the language and the look of the settings.
func (w *window) rebuild(s model.State) {
	w.language, w.theme, w.scale = s.Settings.Language, s.Settings.Theme, s.Settings.Scale
	w.panels = panels{
		head: newHead(), notice: newNotice(), preview: newPreview(), source: newSource(w.keys), sound: newSound(),
		places: newPlaces(newLink()), figures: newFigures(), bar: newLiveBar(),
	}
	w.connect()
	w.update(s)
	w.window.SetContent(w.layout())
}

func (w *window) layout() fyne.CanvasObject {
	column := layout.NewCustomPaddedVBoxLayout(gap)
	panels := container.New(column, w.source.content, w.sound.content, w.places.content)
	side := container.NewStack(space(sideWidth+6, 1), container.NewVScroll(pad(panels, 0, 0, 0, 6)))
	foot := container.New(column, w.notice.content, w.bar.content)
	stage := container.NewBorder(nil, pad(w.figures.content, gap, 0, 0, 0), nil, nil, w.preview)
	main := container.NewBorder(
		pad(w.head.content, 0, gap, 0, 0), pad(foot, gap, 0, 0, 0), nil, pad(side, 0, 0, gap, 0), stage)
	return pad(main, 2*gap-6, 2*gap-4, 2*gap-4, 2*gap-4)
}

// connect gives what the person does to the model.
func (w *window) connect() {
	m := w.model
	h := w.head
	h.OnOpen, h.OnCreate, h.OnCopy, h.OnRename = m.Open, w.createProfile, w.duplicateProfile, w.renameProfile
	h.OnDelete, h.OnExport, h.OnImport = w.deleteProfile, w.exportProfile, w.importProfile
	h.OnLog, h.OnSettings, h.OnWelcome = w.openLog, func() { w.openSettings("") }, func() { w.welcome() }
	w.notice.OnRetry, w.notice.OnDismiss = m.Retry, m.Dismiss
	w.preview.OnArea = w.stills.setArea
	w.source.OnShow, w.source.OnPick, w.source.OnDraw = m.Show, w.pickSource, w.draw
	w.source.OnSize = func() { w.openSettings(sectionVideo) }
	w.sound.OnAdd, w.sound.OnRemove, w.sound.OnMute = m.AddSound, m.RemoveSound, m.ToggleMute
	w.sound.OnMonitor, w.sound.OnGain = m.ToggleMonitor, m.SetGain
	p := w.places
	p.OnLocal, p.OnRemove, p.OnStart, p.OnStop, p.OnRetry = m.AddLocal, m.RemoveDestination, m.StartOutput, m.StopOutput, m.RetryOutput
	p.link.OnShare, p.link.OnProtect, p.link.OnInvite = w.share, m.Protect, m.Invite
	p.link.OnFront = func(title string, content fyne.CanvasObject) { w.inform(title, content, fyne.Size{}) }
	p.OnEdit = func(old profile.Destination) {
		w.askPlace(old, model.PlaceForm{Address: old.URL, Backup: old.Backup, Name: old.Name})
	}
	b := w.bar
	b.OnToggle, b.OnRecord, b.OnReplay, b.OnMute, b.OnBreak = m.ToggleLive, m.ToggleRecord, m.SaveReplay, m.ToggleMic, m.ToggleBreak
	b.OnStats = func() { m.Configure(func(s *profile.Settings) { s.Window.Stats = !s.Window.Stats }) }
}

// prepare gets the newest picture and numbers off the window's goroutine, and returns what shows them.
func (w *window) prepare() func() {
	var img *image.RGBA
	now := time.Now()
	if w.shutter.open(now) {
		if f := w.model.Frame(); f != nil {
			img = w.stills.draw(f)
		}
	}
	all := w.changed() || now.Sub(w.lastState) >= stateEvery
	meters := all || now.Sub(w.lastMeter) >= meterEvery
	var s model.State
	if meters {
		s = w.model.State()
		w.shutter.adapt(s)
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
			if w.extra != nil {
				w.extra(s)
			}
			w.noteSize(s.Settings.Window)
		case meters:
			w.sound.meters(s.Stats.Audio.Sources)
		}
	}
}

// update shows a state in all panels.
func (w *window) update(s model.State) {
	if s.Settings.Language != w.language || s.Settings.Theme != w.theme || s.Settings.Scale != w.scale {
		w.redress(s)
		return
	}
	w.hotkeys.update(s.Settings.Hotkeys)
	w.associate(s.Settings.Links)
	w.tell(s)
	if w.tray != nil {
		w.tray.update(s)
	}
	w.head.update(s)
	w.notice.update(s)
	w.source.update(s)
	w.sound.update(s)
	w.places.update(s)
	w.figures.update(s)
	w.bar.update(s)
	w.settle()
	switch s.Phase {
	case model.Starting:
		w.preview.say(lang.L("Opening what you show…"))
	case model.Unable:
		w.preview.say(lang.L("Nothing to show"))
	default:
		w.preview.say("")
	}
}

// settle lays the window out anew when something in it has come or gone, and once more after that: only then is it known
// how many lines a text takes.
func (w *window) settle() {
	if now := (arrangement{w.notice.content.Visible(), w.figures.content.Visible(), w.notice.text.Text, w.bar.content.MinSize().Height}); now != w.arranged {
		w.arranged, w.unsettled = now, 2
	}
	if w.unsettled > 0 && w.window.Content() != nil {
		w.unsettled--
		w.window.Content().Refresh()
	}
}

// An arrangement is what of the window changes the place of everything else.
type arrangement struct {
	notice, figures bool
	text            string
	bar             float32 // height of what says how it is going
}

// redress changes the language, the look or the scale of the window, also while live.
func (w *window) redress(s model.State) {
	at := w.settingsAt
	for w.cancel() { // what is in front speaks the old language
	}
	if err := errors.Join(speak(s.Settings.Language), enlarge(s.Settings.Scale)); err != nil {
		w.model.Report(err)
	}
	w.app.Settings().SetTheme(newLook(s.Settings.Theme))
	w.rebuild(s)
	if at != nil {
		w.openSettings(at())
	}
}

// enlarge scales the window. The toolkit reads it from the environment whenever the theme changes.
func enlarge(percent int) error {
	return os.Setenv("FYNE_SCALE", strconv.FormatFloat(float64(percent)/100, 'f', 2, 64))
}

// quit closes Golive, and asks first while live.
func (w *window) quit() {
	w.remember()
	if !w.model.State().OnAir() {
		w.app.Quit()
		return
	}
	w.show()
	if slices.ContainsFunc(w.dialogs, func(f front) bool { return f.dialog == w.leaving }) {
		return
	}
	w.leaving = w.confirm(lang.L("You are live"), lang.L("End the broadcast and close Golive?"), lang.L("End and close"), lang.L("Stay live"), w.app.Quit)
}

// close hides the window while live, where the tray can bring it back, and quits otherwise.
func (w *window) close() {
	s := w.model.State()
	if s.OnAir() && s.Settings.StayInTray && w.tray != nil {
		w.remember()
		w.hidden = true // the toolkit says that a hidden window has the focus
		w.window.Hide()
		return
	}
	w.quit()
}

// show brings the window to the front, out of the tray if it is there.
func (w *window) show() {
	w.hidden = false
	w.window.Show()
	w.window.RequestFocus()
}

// noteSize remembers how large the window is once that has stayed for two looks at it, so that dragging its edge is one
// change.
func (w *window) noteSize(kept profile.Layout) {
	size := w.window.Canvas().Size()
	if size == w.size && (kept.Width != int(size.Width) || kept.Height != int(size.Height)) {
		w.remember()
	}
	w.size = size
}

// remember keeps how large the window is, for the next start.
func (w *window) remember() {
	size := w.window.Canvas().Size()
	w.model.Configure(func(c *profile.Settings) { c.Window.Width, c.Window.Height = int(size.Width), int(size.Height) })
}
