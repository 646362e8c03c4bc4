package gui

import (
	"fmt"
	"image"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"golive/capture"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
)

// atMost is how long the goroutine of the window may be busy at a time.
const atMost = 50 * time.Millisecond

// A watchdog measures what is done on the goroutine of the window, by what is done.
type watchdog map[string][]time.Duration

func (d watchdog) do(what string, f func()) {
	begin, before := time.Now(), waited()
	f()
	d[what] = append(d[what], time.Since(begin)-(waited()-before))
}

// waited returns how long this thread has waited for a processor that others had: that is not the window's fault.
func waited() time.Duration {
	data, err := os.ReadFile("/proc/thread-self/schedstat") // time on a processor, and waiting for one, in ns
	fields := strings.Fields(string(data))
	if err != nil || len(fields) < 2 {
		return 0
	}
	ns, _ := strconv.ParseInt(fields[1], 10, 64)
	return time.Duration(ns)
}

// check fails when something takes too long, 2 times in 100 aside.
func (d watchdog) check(t *testing.T) {
	t.Helper()
	for what, took := range d {
		slices.Sort(took)
		p98 := took[(len(took)-1)*98/100]
		t.Logf("%s: %d times, usually %v, 98 %% within %v, %v at most", what, len(took), took[len(took)/2], p98, took[len(took)-1])
		if p98 > atMost {
			t.Errorf("%s holds the window up for %v", what, p98)
		}
	}
}

// TestWatchdog shows the window more than it will ever have, and does what a person does, and measures that nothing holds
// it up: what takes long must be done elsewhere.
func TestWatchdog(t *testing.T) {
	runtime.LockOSThread() // for waited
	defer runtime.UnlockOSThread()
	w, r := newTestWindow(t)
	d := watchdog{}
	s := busyState()
	for i := range 200 {
		s.Devices = append(s.Devices, capture.Device{Kind: capture.Window, ID: fmt.Sprint(i), Name: fmt.Sprintf("Window %d", i), Bounds: image.Rect(0, 0, 100, 100)})
	}
	for i := range 13 {
		s.Profile.Destinations = append(s.Profile.Destinations, profile.Destination{Name: fmt.Sprint("Place ", i), URL: "rtmp://h/a", Key: "k"})
	}
	w.update(s) // the panels are made
	log := slog.New(w.log)
	for i := range 200 {
		for n := range s.Stats.Outputs {
			s.Stats.Outputs[n].BitrateKbps = 3000 + i
			s.Stats.Outputs[n].State = []publish.State{publish.Live, publish.Reconnecting}[i/10%2]
		}
		s.LiveFor += time.Second
		log.Info("something happened", "n", i)
		d.do("an update", func() { w.update(s) })
	}
	for what, open := range map[string]func(){
		"the log": w.openLog, "the settings": func() { w.openSettings(sectionVideo) }, "the first steps": func() { w.welcome() },
		"the keys": w.showKeys, "a destination": func() { w.places.OnEdit(profile.Destination{}) },
	} {
		for range 50 {
			d.do(what, open)
			if w.extra != nil {
				d.do(what+", an update", func() { w.extra(r.State()) })
			}
			for w.cancel() {
			}
		}
	}
	for range 100 {
		d.do("mute", func() { test.Tap(w.bar.mute.button) })
		d.do("a picture", func() { w.preview.show(image.NewRGBA(image.Rect(0, 0, 960, 540))) })
		d.do("what comes next", w.prepare())
	}
	d.check(t)
}

// TestRedress checks that language, look and scale change at once, also while live, and leave the settings open.
func TestRedress(t *testing.T) {
	w, r := newTestWindow(t)
	t.Cleanup(func() { _ = speak("en"); _ = enlarge(100) })
	r.ToggleLive()
	w.until(t, "live", func() bool { return r.State().Phase == model.Live })
	w.openSettings(sectionGeneral)
	r.Configure(func(c *profile.Settings) { c.Language, c.Theme, c.Scale = "zh_Hans", "light", 150 })
	w.until(t, "Chinese", func() bool { return w.source.pick.Text == "选择…" })
	if w.settingsAt == nil || w.settingsAt() != sectionGeneral {
		t.Error("the settings are closed")
	}
	if s := r.State(); s.Phase != model.Live {
		t.Errorf("the broadcast has ended: phase %v", s.Phase)
	}
	r.Configure(func(c *profile.Settings) { c.Language, c.Theme, c.Scale = "en", "contrast", 100 })
	w.until(t, "English", func() bool { return w.source.pick.Text == "Choose…" })
}

// TestSettingsPanel searches, changes, is told what is wrong, and resets.
func TestSettingsPanel(t *testing.T) {
	w, r := newTestWindow(t)
	v := newSettingsView(w.keys, w.settings(), r.State())
	v.apply = func(s setting, text string) error { return s.apply(r.Model, text) }
	for _, c := range sections() {
		v.open(section(c.Spec))
		if len(v.rows) == 0 {
			t.Errorf("%s is empty", c.Label)
		}
		for _, row := range v.rows {
			if row.setting.help == "" || row.setting.name == "" {
				t.Errorf("%s: %q has no help", c.Label, row.setting.name)
			}
			if err := row.setting.check(r.State(), row.setting.usual()); err != nil {
				t.Errorf("%s: the usual value of %q is wrong: %v", c.Label, row.setting.name, err)
			}
		}
	}
	v.search.SetText("key frames")
	if len(v.rows) == 0 || v.rows[0].setting.name != "Time between key frames" {
		t.Errorf("found %d", len(v.rows))
	}
	v.search.SetText("watch page listens")
	row := v.rows[0]
	e := row.value.(*entry)
	e.SetText("127.0.0.1:9999")
	e.done(e.Text)
	v.update(r.State())
	if at := r.State().Settings.Server.HTTP; at != "127.0.0.1:9999" || row.reset.Disabled() {
		t.Errorf("it listens at %q", at)
	}
	test.Tap(row.reset)
	if at := r.State().Settings.Server.HTTP; at != "" {
		t.Errorf("after the reset it listens at %q", at)
	}
	v.search.SetText("record into")
	row = v.rows[0]
	e = row.value.(*entry)
	e.SetText("film.avi")
	e.done(e.Text)
	if !row.wrong.Visible() || r.State().Profile.Record != "" {
		t.Error("a file of no kind is taken")
	}
	v.search.SetText("zzz nothing")
	if len(v.rows) != 0 {
		t.Error("something is called that")
	}
}

// TestLogPanel filters and copies.
func TestLogPanel(t *testing.T) {
	newTestApp(t)
	log := model.NewLog(slog.DiscardHandler)
	l := slog.New(log)
	l.Info("one")
	l.Warn("two")
	l.Error("three")
	v := newLogView(&keys{}, log)
	if len(v.found) != 3 {
		t.Errorf("%d lines", len(v.found))
	}
	v.level.SetSelectedIndex(1)
	if len(v.found) != 2 {
		t.Errorf("%d warnings and errors", len(v.found))
	}
	v.filter.SetText("THREE")
	if text := v.text(); len(v.found) != 1 || len(text) == 0 {
		t.Errorf("found %q", text)
	}
	v.filter.SetText("")
	l.Error("four")
	if v.update(); len(v.found) != 3 {
		t.Errorf("%d after another one", len(v.found))
	}
}

// TestWelcome walks through the questions, and checks that they are asked once.
func TestWelcome(t *testing.T) {
	w, r := newTestWindow(t)
	q := w.welcome()
	if len(w.dialogs) != 1 || r.State().Settings.Welcomed {
		t.Fatal("nothing is asked")
	}
	for range 4 {
		w.extra(r.State())
		test.Tap(q.next)
	}
	if len(w.dialogs) != 0 || !r.State().Settings.Welcomed {
		t.Errorf("after the last question %d dialogs are open", len(w.dialogs))
	}
}
