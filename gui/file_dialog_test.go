package gui

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
)

// TestExportAndImport gives a profile away and takes it back, by the keyboard alone.
func TestExportAndImport(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	w, r := newTestWindow(t)
	field := func() *entry {
		e, ok := w.window.Canvas().Focused().(*entry)
		if !ok {
			t.Fatalf("%T has the focus", w.window.Canvas().Focused())
		}
		return e
	}
	w.exportProfile()
	if got := field().Text; got != "~/Default.golive" {
		t.Errorf("it suggests %q", got)
	}
	file := filepath.Join(home, "Default.golive")
	field().SetText(filepath.Join(home, "nowhere", "x.golive"))
	w.press(fyne.KeyReturn)
	if _, err := os.Stat(file); err == nil || !w.covered() {
		t.Error("a folder that is not there can be agreed to")
	}
	field().SetText("~/Default.golive")
	w.press(fyne.KeyReturn)
	if _, err := os.Stat(file); err != nil || w.covered() {
		t.Errorf("nothing is written: %v", err)
	}
	w.exportProfile()
	if got := field().Text; got != "~/Default 2.golive" {
		t.Errorf("what is there would be written over: %q", got)
	}
	w.cancel()
	w.importProfile()
	w.press(fyne.KeyReturn)
	if !w.covered() {
		t.Error("nothing can be imported")
	}
	talks := filepath.Join(home, "Talks.golive")
	if err := os.Rename(file, talks); err != nil {
		t.Fatal(err)
	}
	field().SetText(talks)
	w.press(fyne.KeyReturn)
	w.until(t, "the profile", func() bool { return r.State().Name == "Talks" && !w.covered() })
}
