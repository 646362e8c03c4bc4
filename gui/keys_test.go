package gui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"golive/gui/model"
	"golive/profile"
)

// press types a key as the toolkit does: what has the focus gets it, or the window.
func (w *window) press(name fyne.KeyName) {
	e, c := &fyne.KeyEvent{Name: name}, w.window.Canvas()
	if focused := c.Focused(); focused != nil {
		focused.TypedKey(e)
	} else {
		c.OnTypedKey()(e)
	}
}

// TestKeysWaitBehindADialog opens all that can be in front of the window. The keys that change the window do nothing then.
func TestKeysWaitBehindADialog(t *testing.T) {
	w, r := newTestWindow(t)
	for _, s := range scenes() {
		openScene(t, w, s)
		open := len(w.window.Canvas().Overlays().List())
		w.press(fyne.KeyF9)
		w.press(fyne.KeyF1)
		for _, a := range w.actions() {
			if !a.urgent {
				w.keys.shortcut(ctrl(a.key))
			}
		}
		if now := len(w.window.Canvas().Overlays().List()); now != open {
			t.Errorf("%s: %d are in front of the window, not %d", s.name, now, open)
		}
		for w.cancel() {
		}
		if p := r.State(); p.Phase != model.Ready || p.Recording() || p.Settings.Window.Stats {
			t.Fatalf("%s: a key does something behind it: %v", s.name, p.Phase)
		}
	}
	openScene(t, w, scene{"log", (*window).openLog})
	w.keys.shortcut(ctrl(fyne.KeyM))
	w.until(t, "what is urgent works", func() bool { return r.State().MicMuted })
}

// TestEscapeFromEverywhere gives the focus to one widget after the other of all that can be in front of the window, and
// presses Escape.
func TestEscapeFromEverywhere(t *testing.T) {
	w, _ := newTestWindow(t)
	c := w.window.Canvas()
	all := slices.Concat(scenes(), []scene{
		{"export", (*window).exportProfile}, {"import", (*window).importProfile}, {"report", (*window).saveReport},
	})
	for _, s := range all {
		s.open(w)
		if len(w.dialogs) != 1 {
			t.Fatalf("%s: Escape does not know of it", s.name)
		}
		stops := map[fyne.Focusable]bool{}
		for test.FocusNext(c); c.Focused() != nil && !stops[c.Focused()] && len(stops) < 100; test.FocusNext(c) {
			stops[c.Focused()] = true
		}
		if len(stops) == 0 {
			t.Errorf("%s: nothing in it can have the focus", s.name)
		}
		for w.cancel() {
		}
		for n := range len(stops) {
			s.open(w)
			for range n + 1 {
				test.FocusNext(c)
			}
			focused := c.Focused()
			w.press(fyne.KeyEscape)
			if w.covered() {
				t.Errorf("%s: Escape does not close it from a %T", s.name, focused)
			}
			for w.cancel() {
			}
		}
	}
}

// TestEnterDoesWhatADialogIsFor presses Enter where nothing, or no button, has the focus.
func TestEnterDoesWhatADialogIsFor(t *testing.T) {
	w, r := newTestWindow(t)
	for _, s := range []scene{
		{"log", (*window).openLog},
		{"keys", (*window).showKeys},
		{"settings", func(w *window) { w.openSettings(sectionVideo) }},
		{"code", func(w *window) { w.places.link.showCode() }},
	} {
		s.open(w)
		w.press(fyne.KeyReturn)
		if w.covered() {
			t.Errorf("%s: Enter does not close it", s.name)
		}
	}
	w.share(true)
	w.press(fyne.KeyEnter)
	w.until(t, "Enter agrees", func() bool { return r.State().Shared && !w.covered() })
	q := w.welcome()
	w.press(fyne.KeyReturn)
	if q.step != 1 || !w.covered() {
		t.Errorf("Enter leads to question %d", q.step)
	}
	w.cancel()
	w.createProfile()
	w.press(fyne.KeyReturn)
	if !w.covered() {
		t.Error("Enter makes a profile without a name")
	}
	test.Type(w.window.Canvas().Focused(), "Talks")
	w.press(fyne.KeyReturn)
	w.until(t, "the profile", func() bool { return r.State().Name == "Talks" && !w.covered() })
}

// TestQuitAsksOnce presses the button that closes the window again while it asks.
func TestQuitAsksOnce(t *testing.T) {
	w, r := newTestWindow(t)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	w.close()
	w.close()
	if n := len(w.window.Canvas().Overlays().List()); n != 1 {
		t.Errorf("it asks %d times", n)
	}
	w.cancel()
	w.close()
	if !w.covered() {
		t.Error("it does not ask again")
	}
}

// TestSizeIsKept changes the size of the window, and closes nothing.
func TestSizeIsKept(t *testing.T) {
	w, r := newTestWindow(t)
	w.window.Resize(fyne.NewSize(1111, 777))
	onDisk := func() profile.Layout {
		s, _ := profile.LoadSettings(r.Home)
		return s.Window
	}
	begun := time.Now()
	w.until(t, "the size on disk", func() bool { l := onDisk(); return l.Width == 1111 && l.Height == 777 })
	t.Logf("kept after %v", time.Since(begun).Round(time.Millisecond))
}
