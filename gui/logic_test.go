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
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

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
		{model.ErrNoDestination, "There is nowhere to go live to. Add a destination under “Send to”."},
		{capture.ErrNoDevice, "What you picked to show is not there, or its screen cannot be opened. Pick something else."},
		{encoder.ErrNoEncoder, "This computer cannot make a video with these settings. Choose a smaller picture."},
		{publish.ErrBadURL, "That is not an address to stream to. It looks like rtmp://server/app."},
	} {
		if got := sentence(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
	t.Setenv("HOME", "/home/me")
	broken := profile.BrokenFile{
		Path: "/home/me/x.toml", Aside: "/home/me/x.toml.broken-1",
		Err: errors.New(`/home/me/x.toml, line 2: there is no setting "vidio"; the settings are: a, b, c`),
	}
	const where = `~/x.toml, line 2: there is no setting "vidio". The file was put aside as ~/x.toml.broken-1.`
	said := sentence(model.Several{broken, model.Recovered{Name: "Work", Broken: broken}})
	if want := "A file could not be read, and Golive goes on as if it were not there. " + where +
		" The profile “Work” could not be read; its last good version is open. " + where; said != want {
		t.Errorf("%q, want %q", said, want)
	}
	if c := clock(3*time.Hour + 4*time.Minute + 5*time.Second); c != "3:04:05" {
		t.Errorf("clock %s", c)
	}
	if c := clock(65 * time.Second); c != "1:05" {
		t.Errorf("clock %s", c)
	}
}
