package gui

import (
	"errors"
	"fmt"
	"image"
	"slices"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/secret"
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
		got := even(test.in, screen)
		if got != test.want {
			t.Errorf("even(%v) = %v, want %v", test.in, got, test.want)
		}
		back, ok := regionOf(regionSpec(got))
		if !ok || back != got {
			t.Errorf("%s is read as %v", regionSpec(got), back)
		}
		if err := capture.CheckVideo(regionSpec(got)); err != nil {
			t.Error(err)
		}
	}
	for _, spec := range []string{"screen:0", "640x480+0+0", "region:640x480+0+0x", "region:640x480"} {
		if r, ok := regionOf(spec); ok {
			t.Errorf("%s is read as %v", spec, r)
		}
	}
}

func TestLens(t *testing.T) {
	// A 4:3 screen in a 16:9 picture in a square preview: bars at the sides, and above and below.
	l := newLens(box{w: 800, h: 800}, image.Pt(1600, 900), image.Rect(100, 0, 1700, 1200))
	// The picture is 800x450 at y 175; the screen in it 600x450 at x 100.
	for _, test := range []struct {
		x, y float64
		want image.Point
	}{
		{100, 175, image.Pt(100, 0)},
		{700, 625, image.Pt(1700, 1200)},
		{400, 400, image.Pt(900, 600)},
		{0, 0, image.Pt(100, 0)},
		{800, 800, image.Pt(1700, 1200)},
	} {
		if got := l.point(test.x, test.y); got != test.want {
			t.Errorf("(%v, %v) is %v, want %v", test.x, test.y, got, test.want)
		}
	}
	none := newLens(box{}, image.Point{}, image.Rect(3, 4, 5, 6))
	if got := none.point(10, 10); got != image.Pt(3, 4) {
		t.Errorf("without a size: %v", got)
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
		if got, ok := screenFor(spec, devices); !ok || got.ID != want {
			t.Errorf("%s is on %q", spec, got.ID)
		}
	}
	if _, ok := screenFor("screen:0", nil); ok {
		t.Error("a screen where there is none")
	}
}

func TestChoices(t *testing.T) {
	w := words{"Screen", "Window", "Part", "Test", "Computer sound", "Microphone"}
	devices := []capture.Device{
		{Kind: capture.Screen, ID: "0", Bounds: image.Rect(0, 0, 1920, 1080)},
		{Kind: capture.Window, ID: "0x1", Name: "Editor"},
		{Kind: capture.Window, ID: "0x2", Name: "Editor"},
		{Kind: capture.Mic, ID: "a", Name: "Mike"},
	}
	got := pictures(devices, "region:640x480+0+0", w)
	want := []string{"Screen 1 (1920 x 1080)", "Window: Editor", "Window: Editor (2)", "Part (640 x 480)"}
	if !slices.Equal(labels(got), want) {
		t.Errorf("choices %q", labels(got))
	}
	if spec := specFor(got, "Window: Editor (2)"); spec != "window:0x2" {
		t.Errorf("the second editor is %s", spec)
	}
	if l := labelOf(pictures(devices, "screen:0", w), "screen:0"); l != want[0] {
		t.Errorf("label %q", l)
	}
	if l := labels(sounds(devices, []string{"mic"}, w)); !slices.Equal(l, []string{"Computer sound", "Mike"}) {
		t.Errorf("sounds %q", l)
	}
	if n := soundName("mic:a", devices, w); n != "Mike" {
		t.Errorf("name %q", n)
	}
	if n := soundName("mic:gone", devices, w); n != "gone" {
		t.Errorf("name %q", n)
	}
}

func TestPace(t *testing.T) {
	p := newPace(true)
	if p.interval != 100*time.Millisecond {
		t.Errorf("software is refreshed every %v", p.interval)
	}
	for range 50 {
		p.observe(time.Second)
	}
	if p.interval != slowest {
		t.Errorf("a busy window is refreshed every %v", p.interval)
	}
	for range 50 {
		p.observe(0)
	}
	if p.interval != p.floor {
		t.Errorf("an idle window is refreshed every %v", p.interval)
	}
}

func TestStillSize(t *testing.T) {
	for _, test := range []struct{ area, frame, want image.Point }{
		{image.Pt(800, 600), image.Pt(1280, 720), image.Pt(800, 450)},
		{image.Pt(3000, 2000), image.Pt(1280, 720), image.Pt(960, 540)},
		{image.Pt(0, 0), image.Pt(1280, 720), image.Pt(64, 36)},
		{image.Pt(800, 600), image.Pt(64, 4320), image.Pt(8, 540)},
	} {
		if got := stillSize(test.area, test.frame); got != test.want {
			t.Errorf("%v in %v is %v, want %v", test.frame, test.area, got, test.want)
		}
	}
}

func TestStillsOfATestCard(t *testing.T) {
	src, err := capture.OpenVideo("pattern", capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(320, 180), FrameRate: capture.Rational{Num: 30, Den: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var s stills
	s.setArea(160, 120)
	var last *image.RGBA
	for range 4 {
		f, err := src.ReadVideo()
		if err != nil {
			t.Fatal(err)
		}
		img := s.draw(f)
		if img == last {
			t.Fatal("the picture that is shown is drawn over")
		}
		if img.Rect.Size() != image.Pt(160, 90) || img.Stride != 4*160 {
			t.Fatalf("size %v, stride %d", img.Rect.Size(), img.Stride)
		}
		if slices.Max(img.Pix) == slices.Min(img.Pix) {
			t.Fatal("the picture is empty")
		}
		last = img
	}
}

func TestSentences(t *testing.T) {
	place := &profile.DestinationError{Name: "Friends", Err: fmt.Errorf("wrapped: %w", secret.ErrNotFound)}
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("the disk is full"), "The disk is full."},
		{errors.New("is it on?"), "Is it on?"},
		{fmt.Errorf("a: %w", place), "Friends: The stream key is not on this computer. Enter it again."},
		{errNoDestination, "There is nowhere to go live to. Add a destination under “Send to”."},
		{capture.ErrNoDevice, "What you picked to show is not there, or its screen cannot be opened. Pick something else."},
		{encoder.ErrNoEncoder, "This computer cannot make a video with these settings. Choose a smaller picture."},
		{publish.ErrBadURL, "That is not an address to stream to. It looks like rtmp://server/app."},
	} {
		if got := sentence(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
	if c := clock(3*time.Hour + 4*time.Minute + 5*time.Second); c != "3:04:05" {
		t.Errorf("clock %s", c)
	}
	if c := clock(65 * time.Second); c != "1:05" {
		t.Errorf("clock %s", c)
	}
}
