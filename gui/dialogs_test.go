package gui

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"golive/encoder"
	"golive/profile"
)

// A scene opens something in front of the window.
type scene struct {
	name string
	open func(w *window)
}

// scenes returns all that opens in front of the window, but for the toolkit's own choice of a file.
func scenes() []scene {
	all := []scene{
		{"log", (*window).openLog},
		{"keys", (*window).showKeys},
		{"picker-dialog", func(w *window) { w.pickSource() }},
		{"destination-new", func(w *window) { w.places.OnEdit(profile.Destination{}) }},
		{"destination-change", func(w *window) {
			w.places.OnEdit(profile.Destination{Name: "Twitch", URL: "rtmp://live.example.com/app", Key: "ref"})
		}},
		{"profile-new", (*window).createProfile},
		{"profile-delete", (*window).deleteProfile},
		{"share", func(w *window) { w.share(true) }},
		{"code", func(w *window) { w.places.link.showCode() }},
		{"quit", func(w *window) {
			w.confirm("You are live", "End the broadcast and close Golive?", "End and close", "Stay live", func() {})
		}},
	}
	for i := range 4 {
		all = append(all, scene{fmt.Sprintf("welcome-%d", i+1), func(w *window) { w.welcome().show(i) }})
	}
	for _, s := range []section{sectionGeneral, sectionEncoder, sectionHotkeys} { // the others have nothing of their own
		all = append(all, scene{"settings-" + string(s), func(w *window) { w.openSettings(s) }})
	}
	return all
}

// openScene opens one, fills it as busyState says, and returns what is in front of the window.
func openScene(t *testing.T, w *window, s scene) *widget.PopUp {
	t.Helper()
	s.open(w)
	if w.extra != nil {
		now := busyState()
		now.Profile.Destinations = now.Profile.Destinations[:2]
		now.Encoders = []encoder.Report{
			{Name: "libx264", Codec: encoder.H264, Works: true, MSPerFrame: 9.1}, {Name: "h264_nvenc", Codec: encoder.H264},
		}
		w.extra(now)
	}
	front, ok := w.window.Canvas().Overlays().Top().(*widget.PopUp)
	if !ok {
		t.Fatalf("%s opens nothing", s.name)
	}
	still := image.NewRGBA(image.Rect(0, 0, 16, 9))
	draw.Draw(still, still.Rect, image.NewUniform(color.RGBA{B: 200, A: 255}), image.Point{}, draw.Src)
	walk(front, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *tile:
			o.show(still)
		case *fyne.Container:
			o.Refresh() // lays it out
		}
	})
	return front
}

// closeScene closes what openScene has opened.
func closeScene(w *window, front *widget.PopUp) {
	front.Hide()
	for w.cancel() {
	}
}

// walk calls visit with everything that is shown of o, from the outside in.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, visit)
		}
	}
}

// newScene returns a window in a language that is as it is in the masters of what opens in front of it.
func newScene(t *testing.T, language string) *window {
	t.Helper()
	w, r := newTestWindow(t)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		_ = w.log.Handle(context.Background(), slog.NewRecord(at, level, "something happened: "+level.String(), 0))
	}
	r.Configure(func(c *profile.Settings) { c.Language = language })
	w.until(t, language, func() bool { return w.language == language })
	return w
}

// TestDialogMasters compares what opens in front of the window with pictures that a person has looked at, as TestMasters
// does with the panels.
func TestDialogMasters(t *testing.T) {
	t.Cleanup(func() { _ = speak("en") })
	for _, language := range []string{"en", "zh_Hans"} {
		w := newScene(t, language)
		for _, s := range scenes() {
			front := openScene(t, w, s)
			size := front.Content.Size()
			for _, scale := range []float32{1, 2} {
				compareMaster(t, front.Content, fmt.Sprintf("%s-%s-%v", s.name, language, scale), size, scale)
			}
			closeScene(w, front)
		}
	}
}
