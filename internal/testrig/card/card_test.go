package card_test

import (
	"context"
	"image"
	"image/color"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golive/capture/testcard"
	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

func TestMain(m *testing.M) {
	os.Exit(m.Run())
}

func startDisplay(t *testing.T) *testrig.Display {
	t.Helper()
	d, err := testrig.StartDisplay(t.Context(), image.Pt(640, 360))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func show(t *testing.T, c card.Config) {
	t.Helper()
	shown, err := card.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shown.Close(); err != nil {
			t.Error(err)
		}
	})
}

func screenshot(t *testing.T, d *testrig.Display) *image.RGBA {
	t.Helper()
	img, err := d.Screenshot()
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// frame returns the frame number in the strip of a picture.
func frame(t *testing.T, img *image.RGBA) uint32 {
	t.Helper()
	_, n, err := testcard.Decode(func(x, y int) uint8 { return img.Pix[img.PixOffset(x, y)] }, img.Rect.Dx(), img.Rect.Dy())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMotionChangesEveryPixel(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name, Motion: true})
	before := screenshot(t, d)
	after := before
	for deadline := time.Now().Add(10 * time.Second); frame(t, after) == frame(t, before); after = screenshot(t, d) {
		if time.Now().After(deadline) {
			t.Fatal("nothing moves")
		}
	}
	same := 0
	body := before.Pix[before.PixOffset(0, testcard.Strip(640, 360).Max.Y):]
	for i := 0; i < len(body); i += 4 {
		if string(body[i:i+4]) == string(after.Pix[len(after.Pix)-len(body)+i:][:4]) {
			same++
		}
	}
	if same > len(body)/4/50 { // some pixels fall on one of the same colour
		t.Errorf("%d of %d pixels did not change", same, len(body)/4)
	}
}

func TestColourCoversCard(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name})
	want := color.RGBA{0x12, 0x34, 0x56, 255}
	show(t, card.Config{Display: d.Name, Bounds: image.Rect(100, 60, 300, 160), Color: &want})
	img := screenshot(t, d)
	for _, at := range []image.Point{{100, 60}, {299, 159}} {
		if got := img.RGBAAt(at.X, at.Y); got != want {
			t.Errorf("%v is %v", at, got)
		}
	}
	if got := img.RGBAAt(99, 60); got == want {
		t.Error("the colour covers more than its window")
	}
	frame(t, img) // the card is still there, below
}

func TestTitledWindowIsManaged(t *testing.T) {
	d := startDisplay(t)
	if err := d.ManageWindows(t.Context()); err != nil {
		t.Fatal(err)
	}
	show(t, card.Config{Display: d.Name, Bounds: image.Rect(50, 60, 370, 240), Title: "A card"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "xdotool", "search", "--sync", "--onlyvisible", "--name", "^A card$")
	cmd.Env = append(os.Environ(), d.Env()...)
	out, err := cmd.Output()
	if err != nil || len(strings.Fields(string(out))) != 1 {
		t.Fatalf("windows %q, %v", out, err)
	}
}

func TestExposedCardIsRepaired(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name})
	cover, err := card.Start(card.Config{Display: d.Name, Bounds: image.Rect(0, 40, 640, 180), Color: &color.RGBA{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cover.Close(); err != nil {
		t.Fatal(err)
	}
	bar := testcard.Patches(640, 360)[0]
	deadline := time.Now().Add(10 * time.Second)
	for screenshot(t, d).RGBAAt(bar.Bounds.Min.X, bar.Bounds.Min.Y) != bar.Color {
		if time.Now().After(deadline) {
			t.Fatal("a part that was covered stays empty")
		}
	}
}

func TestStartNamesDisplay(t *testing.T) {
	if _, err := card.Start(card.Config{Display: ":59999"}); err == nil || !strings.Contains(err.Error(), `":59999"`) {
		t.Errorf("got %v", err)
	}
}
