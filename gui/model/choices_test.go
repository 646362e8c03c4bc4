package model_test

import (
	"image"
	"slices"
	"testing"

	"golive/capture"
	"golive/gui/model"
)

func TestRegions(t *testing.T) {
	screen := image.Rect(1920, 0, 1920+1920, 1080)
	tests := []struct{ in, want image.Rectangle }{
		{image.Rect(2000, 100, 2641, 581), image.Rect(2000, 100, 2640, 580)},
		{image.Rect(2640, 580, 2000, 100), image.Rect(2000, 100, 2640, 580)},
		{image.Rect(2000, 100, 2003, 103), image.Rect(2000, 100, 2064, 164)},
		{image.Rect(0, -50, 640, 430), image.Rect(1920, 0, 2560, 480)},
		{image.Rect(3700, 1000, 4340, 1480), image.Rect(3200, 600, 3840, 1080)},
		{image.Rect(0, 0, 9000, 9000), screen},
	}
	for _, test := range tests {
		got := model.Even(test.in, screen)
		if got != test.want {
			t.Errorf("model.Even(%v) = %v, want %v", test.in, got, test.want)
		}
		back, ok := model.RegionOf(model.RegionSpec(got))
		if !ok || back != got {
			t.Errorf("%s is read as %v", model.RegionSpec(got), back)
		}
		if err := capture.CheckVideo(model.RegionSpec(got)); err != nil {
			t.Error(err)
		}
	}
	for _, spec := range []string{"screen:0", "640x480+0+0", "region:640x480+0+0x", "region:640x480"} {
		if r, ok := model.RegionOf(spec); ok {
			t.Errorf("%s is read as %v", spec, r)
		}
	}
}

func TestScreenFor(t *testing.T) {
	devices := []capture.Device{
		{Kind: capture.Screen, ID: "0", Bounds: image.Rect(0, 0, 100, 100)},
		{Kind: capture.Screen, ID: "1", Bounds: image.Rect(100, 0, 200, 100)},
	}
	for spec, want := range map[string]string{
		"screen:1": "1", "region:16x16+150+0": "1", "region:16x16+0+0": "0", "window:0x7": "0", "pattern": "0",
	} {
		if got, ok := model.ScreenFor(spec, devices); !ok || got.ID != want {
			t.Errorf("%s is on %q", spec, got.ID)
		}
	}
	if _, ok := model.ScreenFor("screen:0", nil); ok {
		t.Error("a screen where there is none")
	}
}

// TestPartOfATitle names a window by a part of its title, as capture finds it: that window is the one, and not listed twice.
func TestPartOfATitle(t *testing.T) {
	devices := []capture.Device{
		{Kind: capture.Window, ID: "0x1", Name: "Notes on a game"}, {Kind: capture.Window, ID: "0x2", Name: "GAME"},
	}
	for spec, want := range map[string][]string{
		"window:GAME": {"window:0x1", "window:GAME"},
		"window:game": {"window:game", "window:0x2"},
		"window:0x2":  {"window:0x1", "window:0x2"},
		"window:else": {"window:0x1", "window:0x2", "window:else"},
	} {
		var got []string
		for _, c := range model.Pictures(devices, spec, model.Words{}) {
			got = append(got, c.Spec)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", spec, got, want)
		}
	}
}

func TestChoices(t *testing.T) {
	w := model.Words{"Screen", "Window", "Part", "Test", "Computer sound", "Microphone"}
	devices := []capture.Device{
		{Kind: capture.Screen, ID: "0", Bounds: image.Rect(0, 0, 1920, 1080)},
		{Kind: capture.Window, ID: "0x1", Name: "Editor"},
		{Kind: capture.Window, ID: "0x2", Name: "Editor"},
		{Kind: capture.Mic, ID: "a", Name: "Mike"},
	}
	got := model.Pictures(devices, "region:640x480+0+0", w)
	want := []string{"Screen 1 (1920 x 1080)", "Window: Editor", "Window: Editor (2)", "Part (640 x 480)"}
	if !slices.Equal(model.Labels(got), want) {
		t.Errorf("choices %q", model.Labels(got))
	}
	if spec := model.SpecFor(got, "Window: Editor (2)"); spec != "window:0x2" {
		t.Errorf("the second editor is %s", spec)
	}
	if l := model.LabelOf(model.Pictures(devices, "screen:0", w), "screen:0"); l != want[0] {
		t.Errorf("label %q", l)
	}
	titled := model.Pictures(devices[:2], "window:Editor", w)
	if l := model.Labels(titled); len(l) != 2 || model.LabelOf(titled, "window:Editor") != l[1] {
		t.Errorf("a window by its title: %q", l)
	}
	if l := model.Labels(model.Sounds(devices, []string{"mic"}, w)); !slices.Equal(l, []string{"Computer sound", "Mike"}) {
		t.Errorf("sounds %q", l)
	}
	if n := model.SoundName("mic:a", devices, w); n != "Mike" {
		t.Errorf("name %q", n)
	}
	if n := model.SoundName("mic:gone", devices, w); n != "gone" {
		t.Errorf("name %q", n)
	}
}
