package gui

import (
	"encoding/json"
	"image"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"golive/assets"
)

// translations returns all texts of all languages.
func translations(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(assets.Translations, "translations/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		data, err := fs.ReadFile(assets.Translations, file)
		texts := map[string]string{}
		if err != nil || json.Unmarshal(data, &texts) != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, text := range texts {
			all = append(all, text)
		}
	}
	return all
}

// TestGlyphs draws every character that the window may show, and checks that none looks like one that no font has.
func TestGlyphs(t *testing.T) {
	newTestApp(t)
	drawn := func(r rune) []byte {
		text := canvas.NewText(string(r), theme.Color(theme.ColorNameForeground))
		text.TextSize = 12
		return software.Render(text, fyne.CurrentApp().Settings().Theme()).(*image.NRGBA).Pix
	}
	runes := []rune(strings.Join(translations(t), ""))
	slices.Sort(runes)
	missing := drawn('\U000F1234')
	for _, r := range slices.Compact(runes) {
		if r > ' ' && slices.Equal(drawn(r), missing) {
			t.Errorf("no font has %q; is fonts-wqy-microhei installed?", r)
		}
	}
}

// shownText is a piece of text on the window: where it begins, and how far what it is in leaves room.
type shownText struct {
	text  *canvas.Text
	left  float32
	right float32
}

// textsOf returns all texts that are shown of o, which begins at left and may be seen up to right.
func textsOf(o fyne.CanvasObject, left, right float32) (all []shownText) {
	if !o.Visible() {
		return nil
	}
	if width := o.Size().Width; width > 0 { // what the toolkit gives none is not cut
		right = min(right, left+width)
	}
	var parts []fyne.CanvasObject
	switch o := o.(type) {
	case *canvas.Text:
		return []shownText{{o, left, right}}
	case *fyne.Container:
		parts = o.Objects
	case fyne.Widget:
		parts = test.WidgetRenderer(o).Objects()
	}
	for _, part := range parts {
		all = append(all, textsOf(part, left+part.Position().X, right)...)
	}
	return all
}

// checkFit checks that no text of the window's own ends in dots for want of room, or runs out of what it is in. What
// people and servers call things may be cut.
func checkFit(t *testing.T, where string, o fyne.CanvasObject) {
	t.Helper()
	ours := translations(t)
	found := textsOf(o, 0, o.Size().Width)
	if len(found) == 0 {
		t.Errorf("%s shows no text", where)
	}
	for _, s := range found {
		text := s.text.Text
		begin, cut := strings.CutSuffix(text, "…")
		if cut && !slices.Contains(ours, text) && slices.ContainsFunc(ours, func(o string) bool { return strings.HasPrefix(o, begin) }) {
			t.Errorf("%s: %q is cut", where, text)
		}
		if width := s.text.MinSize().Width; !cut && s.left+width > s.right+1 {
			t.Errorf("%s: %q has room for %.0f and is %.0f wide", where, text, s.right-s.left, width)
		}
	}
}

// TestEverythingFits checks the window, as small as it may have to be, and all that opens in front of it, in both
// languages.
func TestEverythingFits(t *testing.T) {
	t.Cleanup(func() { _ = speak("en") })
	for _, language := range []string{"en", "zh_Hans"} {
		w := newScene(t, language)
		w.window.Resize(fyne.NewSize(1280, 720))
		checkFit(t, language+", idle", w.window.Content())
		busy := busyState()
		busy.Settings.Language = language
		for range 3 { // until it is known how many lines everything takes
			w.update(busy)
		}
		checkFit(t, language+", live", w.window.Content())
		all := scenes()
		for _, c := range sections() {
			all = append(all, scene{"settings: " + c.Label, func(w *window) { w.openSettings(section(c.Spec)) }})
		}
		for _, s := range all {
			front := openScene(t, w, s)
			checkFit(t, language+", "+s.name, front.Content)
			closeScene(w, front)
		}
	}
}
