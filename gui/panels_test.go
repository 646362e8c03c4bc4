package gui

import (
	"image"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/capture"
	"golive/encoder"
	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
)

// newTestApp returns an app that looks as ours does.
func newTestApp(t *testing.T) fyne.App {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(newLook("dark"))
	return a
}

// newTestWindow returns the whole window over a rig; its goroutine is the test's.
func newTestWindow(t *testing.T) (*window, *modeltest.Rig) {
	t.Helper()
	a := newTestApp(t)
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	modeltest.Await(t, "devices", func() bool { return len(r.State().Devices) > 0 })
	log := model.NewLog(slog.DiscardHandler)
	w := newWindow(a, r.Model, log, func() bool { return true })
	var working sync.WaitGroup
	w.background, w.later, w.running = working.Go, func(f func()) { f() }, t.Context()
	t.Cleanup(working.Wait)
	t.Cleanup(w.window.Close)
	w.window.Resize(fyne.NewSize(1280, 800))
	w.prepare()()
	return w, r
}

// until refreshes the window until cond is true.
func (w *window) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	modeltest.Await(t, what, func() bool {
		w.prepare()()
		return cond()
	})
}

func TestFirstScreen(t *testing.T) {
	w, _ := newTestWindow(t)
	for _, tt := range []struct{ what, got, want string }{
		{"button", w.bar.button.Text, "Go Live"},
		{"source", w.source.shown.Text, "Screen 1 (1920 x 1080)"},
		{"first sound", w.sound.rows[0].name.Text, "Computer sound"},
		{"second sound", w.sound.rows[1].name.Text, "Microphone"},
		{"destination", w.places.rows[0].status.Text, "A watch page with a link to share"},
		{"link", w.places.link.text.Text, "http://127.0.0.1:8080/watch/live"},
		{"profile", w.head.list.Selected, "Default"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s says %q, want %q", tt.what, tt.got, tt.want)
		}
	}
	if w.bar.button.Importance != widget.DangerImportance || w.notice.content.Visible() {
		t.Error("the button is not red, or there is a notice")
	}
	if least := w.window.Content().MinSize(); least.Width > 1024 || least.Height > 700 {
		t.Errorf("the window cannot be smaller than %v", least)
	}
}

func TestLiveByButtonAndKey(t *testing.T) {
	w, r := newTestWindow(t)
	test.Tap(w.bar.button)
	w.until(t, "the button counts", func() bool { return strings.HasPrefix(w.bar.button.Text, "End   0:0") })
	b, _ := r.Newest()
	b.Get(func(b *modeltest.Fake) bool {
		b.Now.Video.BitrateKbps = 900
		b.Now.Latency.Viewers = 3
		b.Now.Outputs = []publish.OutputStats{
			{Name: "This computer", State: publish.Reconnecting, Error: "rtmp://h/a does not answer: is it there?", Dropped: publish.Dropped{Away: 7}, BitrateKbps: 3000},
			{State: publish.Live, BitrateKbps: 2960},
		}
		return true
	})
	w.until(t, "the numbers", func() bool {
		return w.bar.rate.Text == "6.0 Mb/s" && w.bar.dropped.Text == "7" && w.bar.viewers.Text == "3"
	})
	if got := w.places.rows[0].status.Text; got != "Connection lost, trying again: The server cannot be reached. Check the address, and the network." {
		t.Errorf("the destination says %q", got)
	}
	if !w.sound.add.Disabled() || !w.head.list.Disabled() {
		t.Error("what cannot change on air can be touched")
	}
	w.keys.typed(&fyne.KeyEvent{Name: fyne.KeyF9})
	w.until(t, "F9 ends it", func() bool { return w.bar.button.Text == "Go Live" })
	w.keys.shortcut(ctrl(fyne.KeyL))
	w.until(t, "Ctrl+L goes live", func() bool { return r.State().Phase == model.Live })
}

func TestKeysInAField(t *testing.T) {
	w, r := newTestWindow(t)
	e := newEntry(w.keys, nil)
	e.TypedShortcut(ctrl(fyne.KeyL))
	r.AwaitPhase(t, model.Live)
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF9})
	r.AwaitPhase(t, model.Ready)
	e.TypedRune('x')
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	if e.Text != "" {
		t.Errorf("backspace leaves %q", e.Text)
	}
}

func TestTypeARegion(t *testing.T) {
	w, r := newTestWindow(t)
	if w.source.region.Visible() {
		t.Error("a screen has the numbers of a region")
	}
	r.Show("region:640x480+200+100")
	w.until(t, "the numbers", func() bool { return w.source.region.Visible() && w.source.numbers[3].Text == "480" })
	for _, tt := range []struct {
		field      int
		text, want string
	}{
		{2, "801", "region:800x480+200+100"},
		{1, "x", "region:800x480+200+100"},
		{0, "\uff13\uff10\uff10", "region:800x480+300+100"},
		{2, "99999", "region:1920x480+0+100"},
	} {
		w.source.numbers[tt.field].SetText(tt.text)
		w.source.numbers[tt.field].done(tt.text)
		w.until(t, tt.want, func() bool { return w.source.last.Profile.Video == tt.want })
	}
	if w.source.numbers[1].Text != "100" {
		t.Errorf("what is no number stays: %q", w.source.numbers[1].Text)
	}
}

func TestPickAWindow(t *testing.T) {
	w, r := newTestWindow(t)
	test.Tap(w.source.pick)
	if w.extra == nil {
		t.Fatal("nothing can be picked")
	}
	p := newPicker(r.State())
	var picked string
	p.OnPicked = func(spec string) { picked = spec }
	live := r.Thumbnails()
	t.Cleanup(live.Close)
	w.until(t, "thumbnails", func() bool {
		p.update(r.State(), live)
		return p.tiles["screen:0"].picture.Visible() && p.tiles["window:0x7"].picture.Visible()
	})
	if !p.tiles["screen:0"].chosen || p.tiles["window:0x7"].chosen {
		t.Error("what is shown now is not marked")
	}
	test.Tap(p.tiles["window:0x7"])
	if picked != "window:0x7" {
		t.Errorf("picked %q", picked)
	}
	p.tiles["pattern"].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if picked != "pattern" {
		t.Errorf("by the keyboard it is %q", picked)
	}
	w.keys.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	w.until(t, "Escape closes it", func() bool { return w.extra == nil })
}

func TestMeters(t *testing.T) {
	newTestApp(t)
	m := newMeter()
	m.Resize(fyne.NewSize(120+clipSize+2, 15))
	r, ok := test.TempWidgetRenderer(t, m).(*meterRenderer)
	if !ok {
		t.Fatal("another renderer")
	}
	r.Layout(m.Size())
	width := func() (w float32) {
		for _, z := range r.lines[0].zones {
			w += z.Size().Width
		}
		return w
	}
	if width() != 0 || r.lines[0].hold.Visible() {
		t.Error("silence shows")
	}
	for _, level := range []struct {
		db   float64
		want float32
	}{{-60, 0}, {-30, 60}, {0, 120}, {6, 120}} {
		m.set(model.Reading{RMS: [2]float64{level.db, -90}, Clip: level.db >= 0})
		if lit := r.clip.FillColor == theme.Color(theme.ColorNameError); lit != (level.db >= 0) {
			t.Errorf("at %v dB the light is on: %v", level.db, lit)
		}
		if got := width(); got < level.want-0.5 || got > level.want+0.5 {
			t.Errorf("%v dB is %v wide, want %v", level.db, got, level.want)
		}
	}
}

func TestSoundPanel(t *testing.T) {
	newTestApp(t)
	s := newSound()
	var muted, removed string
	s.OnMute, s.OnRemove = func(spec string) { muted = spec }, func(spec string) { removed = spec }
	now := model.State{Phase: model.Ready, Profile: profile.Profile{Audio: []string{"desktop", "mic:usb"}}, Muted: map[string]bool{"desktop": true}}
	now.Devices = []capture.Device{{Kind: capture.Mic, ID: "usb", Name: "USB microphone"}}
	now.Stats.Audio.Sources = []publish.SourceLevel{
		{Spec: "desktop", Muted: true, LevelDB: [2]float64{-3, -3}},
		{Spec: "mic:usb", Error: "it was unplugged"},
	}
	s.update(now)
	if s.rows[0].meter.reading != model.Silent() {
		t.Error("a muted source shows a level")
	}
	if r := s.rows[1]; r.trouble.Text != "It was unplugged." || r.gauge.Visible() || r.name.Text != "USB microphone" {
		t.Errorf("the missing one says %q", r.trouble.Text)
	}
	test.Tap(s.rows[0].mute)
	test.Tap(s.rows[1].remove)
	if muted != "desktop" || removed != "mic:usb" {
		t.Errorf("muted %q, removed %q", muted, removed)
	}
	now.Profile.Audio, now.Stats.Audio.Sources = nil, nil
	s.update(now)
	if !s.none.Visible() || len(s.rows) != 0 {
		t.Error("an empty panel does not say so")
	}
}

func TestNotice(t *testing.T) {
	newTestApp(t)
	n := newNotice()
	n.update(model.State{Phase: model.Unable, Notice: capture.ErrNoDevice})
	if !n.content.Visible() || !n.retry.Visible() || n.text.Text != sentence(capture.ErrNoDevice) {
		t.Errorf("the notice is %q", n.text.Text)
	}
	n.update(model.State{Phase: model.Ready})
	if n.content.Visible() {
		t.Error("the notice stays")
	}
}

func TestCloseAsks(t *testing.T) {
	w, r := newTestWindow(t)
	open := func() bool { return len(w.window.Canvas().Overlays().List()) > 0 }
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	w.close()
	if !open() || r.State().Phase != model.Live {
		t.Error("a live broadcast is closed without a question")
	}
	w.keys.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if open() {
		t.Error("Escape does not close the question")
	}
	w.tray = w.trayIn(&fakeDesktop{App: w.app})
	w.close()
	if open() || r.State().Phase != model.Live {
		t.Error("with a tray the window is not just hidden")
	}
}

func TestPlaceForm(t *testing.T) {
	newTestApp(t)
	f := newPlaceForm(&keys{}, profile.Destination{}, model.PlaceForm{Taken: []string{"Twitch"}})
	if f.address.wrong.Visible() || f.key.wrong.Visible() || !f.ok.Disabled() {
		t.Error("an empty form blames somebody, or can be confirmed")
	}
	f.address.SetText("rtmp://live.example.com/app")
	if !f.key.wrong.Visible() || f.key.wrong.Text != "Enter the stream key. The website you stream to shows it to you." {
		t.Errorf("without a key it says %q", f.key.wrong.Text)
	}
	f.key.SetText(" rtmp://other.example.com/live/canary \n")
	f.key.done("")
	if f.address.Text != "rtmp://other.example.com/live" || f.key.Text != "canary" || f.ok.Disabled() {
		t.Errorf("a pasted address is %q and %q", f.address.Text, f.key.Text)
	}
	f.name.SetText("Twitch")
	if !f.name.wrong.Visible() || !f.ok.Disabled() {
		t.Error("a name that is taken can be confirmed")
	}
	f.name.SetText("")
	f.backup.SetText("srt://h:1")
	if !f.backup.wrong.Visible() || !f.ok.Disabled() {
		t.Error("a backup of another kind can be confirmed")
	}
	f.backup.SetText(" rtmp://backup.example.com/live/canary ")
	d, secrets, err := f.done()
	if err != nil || d.Name != "other.example.com" || secrets.Key.Reveal() != "canary" || d.Backup != "rtmp://backup.example.com/live" {
		t.Errorf("it is %+v, %v", d, err)
	}
	if f.passphrase.content.Visible() {
		t.Error("RTMP without a user asks for a passphrase")
	}
	f.sound.SetSelectedIndex(1)
	if d, _, err := f.done(); err != nil || d.AudioCodec != encoder.Opus {
		t.Errorf("it is %+v, %v", d, err)
	}
	f.address.SetText("rtmp://live.twitch.tv/app")
	if f.codec.Visible() {
		t.Error("Opus is offered for a service that takes none")
	}
	f.address.SetText("rtmp://other.example.com/live")
	f.backup.SetText("")
	f.address.SetText("srt://h:8890")
	f.passphrase.SetText("short")
	if !f.passphrase.wrong.Visible() || f.passphrase.wrong.Text != "A passphrase has 10 to 79 characters." || !f.ok.Disabled() || f.key.title.Text != "Stream ID" {
		t.Errorf("a short passphrase can be confirmed, or nothing is said: %q", f.passphrase.wrong.Text)
	}
	f.passphrase.SetText("long enough, and not a word")
	if _, secrets, err := f.done(); err != nil || secrets.Passphrase.Reveal() != "long enough, and not a word" {
		t.Errorf("%v", err)
	}
	f.clear()
	if f.key.Text != "" || f.passphrase.Text != "" {
		t.Error("the secrets stay in the form")
	}
	f.address.SetText("gopher://x")
	if !f.address.wrong.Visible() || !f.ok.Disabled() {
		t.Error("an address of nothing can be confirmed")
	}
}

func TestAddressesAreShownWithoutSecrets(t *testing.T) {
	newTestApp(t)
	p := newPlaces(newLink())
	for _, tt := range []struct{ address, ref, want string }{
		{"rtmp://h.example/live", "ref", "h.example/live"},
		{"rtmp://h.example/app/instance", "ref", "h.example/app/instance"},
		{"rtmp://h.example/live/key", "", "h.example/live"},
		{"rtmp://h.example/live?auth=token", "ref", "h.example/live"},
		{"rtmp://h.example/live/key?auth=token", "", "h.example/live"},
	} {
		if got := p.newRow(profile.Destination{Name: "X", URL: tt.address, Key: tt.ref}).about(); got != tt.want {
			t.Errorf("%s is shown as %q", tt.address, got)
		}
	}
}

func TestConnectingBar(t *testing.T) {
	newTestApp(t)
	b := newLiveBar()
	b.update(model.State{Phase: model.Connecting, Profile: profile.Default()})
	if b.button.Text != "Starting…" || b.button.Disabled() || b.title.Text != "Connecting…" || b.numbers.Visible() {
		t.Errorf("the button says %q, the title %q", b.button.Text, b.title.Text)
	}
	b.update(model.State{Phase: model.Live, LiveFor: 61 * time.Second})
	if b.button.Text != "End   1:01" || !b.numbers.Visible() {
		t.Errorf("live, the button says %q", b.button.Text)
	}
}

func TestPreviewShowsPictures(t *testing.T) {
	newTestApp(t)
	p := newPreview()
	var w, h int
	p.OnArea = func(width, height int) { w, h = width, height }
	win := test.NewTempWindow(t, p)
	win.Resize(fyne.NewSize(640, 360))
	if w < 480 || h < 270 {
		t.Errorf("the preview has %d x %d pixels", w, h)
	}
	p.say("Nothing to show")
	if p.image.Visible() {
		t.Error("words over a picture")
	}
	p.say("")
	p.show(image.NewRGBA(image.Rect(0, 0, 64, 36)))
	if !p.image.Visible() || p.image.Image == nil {
		t.Error("no picture")
	}
}

func TestLinks(t *testing.T) {
	w, r := newTestWindow(t)
	l := w.places.link
	clipboard := fyne.CurrentApp().Clipboard()
	test.Tap(l.copy)
	if clipboard.Content() != "http://127.0.0.1:8080/watch/live" || l.copy.Text != "Copied" || l.once.Visible() {
		t.Errorf("%q is copied", clipboard.Content())
	}
	test.Tap(l.protect)
	w.until(t, "links for one person", func() bool { return l.once.Visible() && l.protect.Checked })
	if l.copy.Text != "Copy" {
		t.Error("what was copied does not let anybody in any more, and nothing says so")
	}
	test.Tap(l.once)
	if clipboard.Content() != "http://127.0.0.1:8080/watch/live?token=once" || l.once.Text != "Copied" || l.text.Text != "http://127.0.0.1:8080/watch/live" {
		t.Errorf("%q is copied, %q shown", clipboard.Content(), l.text.Text)
	}
	test.Tap(l.copy)
	if clipboard.Content() != "http://127.0.0.1:8080/watch/live?token=month" || l.once.Text == "Copied" {
		t.Errorf("%q is copied", clipboard.Content())
	}
	test.Tap(l.protect)
	w.until(t, "everybody", func() bool { return !r.State().Protected && !l.once.Visible() })
}

func TestRowTellsOfTheWay(t *testing.T) {
	newTestApp(t)
	r := newPlaces(newLink()).newRow(profile.Destination{Name: "X", URL: "srt://h.example:1"})
	o := publish.OutputStats{
		State: publish.Live, BitrateKbps: 3010, QueueMS: 41, RTTMS: 20.4, Loss: 0.012, Reconnects: 2, Backup: true, Since: time.Now().Add(-61500 * time.Millisecond),
	}
	want := "Live 1:01, 3.0 Mb/s, at its backup server, 41 ms waiting, round trip 20 ms, 1.2 % lost on the way, connected again: 2"
	if got := r.words(o, true); got != want {
		t.Errorf("it says %q", got)
	}
	if got := r.words(publish.OutputStats{State: publish.Live, BitrateKbps: 3010}, true); got != "Live, 3.0 Mb/s, 0 ms waiting" {
		t.Errorf("of a way that is not known it says %q", got)
	}
}

func TestPlaceFormIsTypedInto(t *testing.T) {
	w, _ := newTestWindow(t)
	w.places.OnEdit(profile.Destination{})
	c := w.window.Canvas()
	e, ok := c.Focused().(*entry)
	if !ok || e.PlaceHolder != "rtmp://live.example.com/app" {
		t.Fatalf("%T has the focus, not the address", c.Focused())
	}
	test.Type(e, "srt://h.example:1")
	test.FocusNext(c)
	if next, ok := c.Focused().(*entry); !ok || next == e || e.Text != "srt://h.example:1" {
		t.Errorf("after %q, %T has the focus", e.Text, c.Focused())
	}
	w.cancel()
}
