package gui

import (
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"golive/capture"
	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
)

// newTestApp returns an app that looks as ours does.
func newTestApp(t *testing.T) fyne.App {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(newLook())
	return a
}

// newTestWindow returns the whole window over a rig; its goroutine is the test's.
func newTestWindow(t *testing.T) (*window, *modeltest.Rig) {
	t.Helper()
	a := newTestApp(t)
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	modeltest.Await(t, "devices", func() bool { return len(r.State().Devices) > 0 })
	w := newWindow(a, r.Model, func() bool { return true })
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
		{"source", w.source.list.Selected, "Screen 1 (1920 x 1080)"},
		{"first sound", w.sound.rows[0].name.Text, "Computer sound"},
		{"second sound", w.sound.rows[1].name.Text, "Microphone"},
		{"destination", w.places.rows[0].status.Text, "A watch page with a link to share"},
		{"link", w.bar.link.text.Text, "http://127.0.0.1:8080/watch/live"},
		{"profile", w.profiles.list.Selected, "Default"},
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
			{State: publish.Reconnecting, Error: "rtmp://h/a does not answer: is it there?", DroppedFrames: 7, BitrateKbps: 3000},
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
	if !w.sound.add.Disabled() || !w.places.add.Disabled() || !w.profiles.list.Disabled() || !w.quality.size.Disabled() {
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

func TestDrawARegion(t *testing.T) {
	w, r := newTestWindow(t)
	w.preview.Resize(fyne.NewSize(960, 540))
	test.Tap(w.source.draw)
	if !w.preview.picking {
		t.Fatal("nothing can be drawn")
	}
	drag := func(from, to fyne.Position) {
		w.preview.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: from}})
		w.preview.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: to}})
		w.preview.DragEnd()
	}
	drag(fyne.NewPos(10, 10), fyne.NewPos(12, 12))
	if !w.preview.picking {
		t.Fatal("a slip of the mouse is taken for a region")
	}
	drag(fyne.NewPos(420, 290), fyne.NewPos(100, 50))
	w.until(t, "the region is shown", func() bool { return r.State().Profile.Video == "region:640x480+200+100" })
	if got := w.source.numbers[0].Text + " " + w.source.numbers[3].Text; got != "200 480" || !w.source.region.Visible() {
		t.Errorf("the numbers are %s", got)
	}
	w.source.numbers[2].SetText("801")
	w.source.numbers[2].done("801")
	w.until(t, "the number counts", func() bool { return r.State().Profile.Video == "region:800x480+200+100" })
	w.source.numbers[1].SetText("x")
	w.source.numbers[1].done("x")
	if w.source.numbers[1].Text != "100" {
		t.Errorf("what is no number stays: %q", w.source.numbers[1].Text)
	}
	w.until(t, "the region is settled", func() bool { return w.source.last.Profile.Video == "region:800x480+200+100" })
	test.Tap(w.source.draw)
	w.until(t, "the screen is shown to draw on", func() bool { return r.State().Profile.Video == "screen:0" })
	w.keys.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	w.until(t, "Escape goes back", func() bool { return r.State().Profile.Video == "region:800x480+200+100" })
	if w.preview.picking {
		t.Error("it can be drawn on still")
	}
}

func TestNoScreenIsLeakedByDrawing(t *testing.T) {
	w, r := newTestWindow(t)
	r.Show("window:0x7")
	w.until(t, "the window is shown", func() bool { return w.source.last.Profile.Video == "window:0x7" })
	r.ToggleLive()
	w.until(t, "live", func() bool { return r.State().Phase == model.Live })
	if !w.source.draw.Disabled() {
		t.Error("drawing would put the whole screen on air")
	}
	w.draw()
	if w.preview.picking || r.State().Profile.Video != "window:0x7" {
		t.Error("drawing put the whole screen on air")
	}
}

func TestPickASource(t *testing.T) {
	w, r := newTestWindow(t)
	w.source.list.SetSelected("Window: Game")
	w.until(t, "the window is shown", func() bool { return r.State().Profile.Video == "window:0x7" })
	w.quality.rate.SetSelected("6000k")
	w.until(t, "the bit rate", func() bool { return r.State().Profile.BitRate == 6_000_000 })
	w.quality.record.SetChecked(true)
	w.until(t, "the recording", func() bool { return r.State().Profile.Record == recordFolder })
	w.quality.record.SetChecked(false)
	w.until(t, "no recording", func() bool { return r.State().Profile.Record == "" })
	if r.State().Profile.Size != (profile.Size{X: 1280, Y: 720}) {
		t.Error("the size changed with it")
	}
}

func TestMeters(t *testing.T) {
	newTestApp(t)
	m := newMeter()
	m.Resize(fyne.NewSize(120, 13))
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
	if width() != 0 || r.lines[0].peak.Visible() {
		t.Error("silence shows")
	}
	for _, level := range []struct {
		db   float64
		want float32
	}{{-60, 0}, {-30, 60}, {0, 120}, {6, 120}} {
		m.set(publish.SourceLevel{LevelDB: [2]float64{level.db, -90}, PeakDB: [2]float64{level.db, -90}})
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
	if s.rows[0].meter.level != silence() {
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
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
	r.Show("window:0x7")
	w.close()
	if !open() {
		t.Error("changes are lost without a question")
	}
}

func TestPlaceForm(t *testing.T) {
	if err := checkAddress("rtmp://127.0.0.1/live"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "x", "gopher://x/y", "rtmp://"} {
		if checkAddress(bad) == nil {
			t.Errorf("%q is taken for an address", bad)
		}
	}
	for _, tt := range []struct {
		address, typed, ref string
		ok                  bool
	}{
		{"rtmp://127.0.0.1/live", "", "", false},
		{"rtmp://127.0.0.1/live", "k", "", true},
		{"rtmp://127.0.0.1/live/k", "", "", true},
		{"rtmp://127.0.0.1/live", "", "stored", true},
		{"not yet an address", "", "", true},
	} {
		if err := checkKey(tt.address, tt.typed, tt.ref); (err == nil) != tt.ok {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	if n := placeName("", "rtmp://live.example.com:1935/app"); n != "live.example.com" {
		t.Errorf("it is called %q", n)
	}
	if n := placeName("Mine", "rtmp://live.example.com/app"); n != "Mine" {
		t.Errorf("it is called %q", n)
	}
}

func TestAddressesAreShownWithoutSecrets(t *testing.T) {
	newTestApp(t)
	p := newPlaces()
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
	a := newTestApp(t)
	b := newLiveBar(a.NewWindow(""))
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
