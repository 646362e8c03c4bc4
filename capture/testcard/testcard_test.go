package testcard

import (
	"errors"
	"fmt"
	"image"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 89_000_000, time.UTC)

// green returns a reader of the picture's green, which stands in for luma.
func green(c *Card) func(x, y int) uint8 {
	return func(x, y int) uint8 { return c.Pix[4*(y*c.Width+x)+1] }
}

func TestDecodeReadsWhatWasDrawn(t *testing.T) {
	for _, size := range []image.Point{{64, 36}, {320, 180}, {640, 480}, {1280, 720}, {1366, 768}, {1920, 1080}, {720, 1280}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			card := New(size.X, size.Y, BGRA)
			for frame := range uint32(200) {
				at := start.Add(time.Duration(frame) * 16683 * time.Microsecond)
				card.Draw(at, frame*97)
				got, n, err := Decode(green(card), size.X, size.Y)
				if err != nil || !got.Equal(at.Truncate(time.Millisecond)) || n != frame*97%Frames {
					t.Fatalf("frame %d of %v: got %d of %v, %v", frame*97%Frames, at, n, got, err)
				}
			}
		})
	}
}

// TestDecodeReadsScaledPicture samples the picture at another size by nearest neighbour, in limited range, with noise.
func TestDecodeReadsScaledPicture(t *testing.T) {
	card := New(1920, 1080, RGBA)
	card.Draw(start, 5)
	for _, size := range []image.Point{{1280, 720}, {853, 480}, {640, 360}, {160, 90}} {
		seed := uint32(1)
		luma := func(x, y int) uint8 {
			seed = seed*1664525 + 1013904223
			full := int(green(card)(x*card.Width/size.X, y*card.Height/size.Y))
			return uint8(min(255, max(0, 16+full*219/255+int(seed>>26)-32)))
		}
		got, n, err := Decode(luma, size.X, size.Y)
		if err != nil || !got.Equal(start) || n != 5 {
			t.Errorf("%v: got %d of %v, %v", size, n, got, err)
		}
	}
}

func TestDecodeRefusesOtherPictures(t *testing.T) {
	card := New(640, 360, RGBA)
	card.Draw(start, 5)
	flipped := Cell(640, 360, 50)
	tests := map[string]struct {
		luma func(x, y int) uint8
		w, h int
	}{
		"black":     {func(int, int) uint8 { return 0 }, 640, 360},
		"white":     {func(int, int) uint8 { return 255 }, 640, 360},
		"gradient":  {func(x, _ int) uint8 { return uint8(x * 255 / 640) }, 640, 360},
		"too small": {green(card), 63, 36},
		"no size":   {green(card), 0, 0},
		"one cell wrong": {func(x, y int) uint8 {
			if image.Pt(x, y).In(flipped) {
				return 255 - green(card)(x, y)
			}
			return green(card)(x, y)
		}, 640, 360},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, n, err := Decode(test.luma, test.w, test.h); !errors.Is(err, ErrNoStrip) {
				t.Fatalf("got %d of %v, %v", n, got, err)
			}
		})
	}
}

func TestPatchesHaveTheirColour(t *testing.T) {
	for order, red := range map[Order]int{RGBA: 0, BGRA: 2} {
		card := New(1366, 768, order)
		card.Draw(start, 0)
		for _, p := range Patches(card.Width, card.Height) {
			for _, at := range []image.Point{p.Bounds.Min, p.Bounds.Max.Sub(image.Pt(1, 1))} {
				px := card.Pix[4*(at.Y*card.Width+at.X):]
				if px[red] != p.Color.R || px[1] != p.Color.G || px[2-red] != p.Color.B || px[3] != 255 {
					t.Errorf("order %d: %s at %v is %v", order, p.Name, at, px[:4])
				}
			}
		}
	}
}

func TestFlashShowsAtWholeSeconds(t *testing.T) {
	card := New(640, 360, RGBA)
	card.Flash = true
	r := Flash(640, 360)
	for ms, want := range map[int]uint8{0: 255, 49: 255, 50: 0, 500: 0, 999: 0, 1000: 255} {
		card.Draw(start.Truncate(time.Second).Add(time.Duration(ms)*time.Millisecond), 0)
		if got := green(card)(r.Min.X+r.Dx()/2, r.Min.Y+r.Dy()/2); got != want {
			t.Errorf("at %d ms: level %d, want %d", ms, got, want)
		}
	}
}

// TestDrawTellsWhatChanged compares the picture before and after: a pixel outside the rectangles must be the same.
func TestDrawTellsWhatChanged(t *testing.T) {
	card := New(320, 180, RGBA)
	card.Flash = true
	if dirty := card.Draw(start, 0); len(dirty) != 1 || dirty[0] != image.Rect(0, 0, 320, 180) {
		t.Fatalf("first picture: %v", dirty)
	}
	for frame := range uint32(130) {
		before := append([]byte(nil), card.Pix...)
		dirty := card.Draw(start.Add(time.Duration(frame)*33*time.Millisecond), frame+1)
		changed := 0
		for i := 0; i < len(before); i += 4 {
			if [4]byte(before[i:]) == [4]byte(card.Pix[i:]) {
				continue
			}
			changed++
			at := image.Pt(i/4%card.Width, i/4/card.Width)
			if !inAny(at, dirty) {
				t.Fatalf("frame %d: %v changed, which is in none of %v", frame, at, dirty)
			}
		}
		if changed == 0 {
			t.Fatalf("frame %d is like the one before", frame)
		}
	}
}

func inAny(p image.Point, rects []image.Rectangle) bool {
	for _, r := range rects {
		if p.In(r) {
			return true
		}
	}
	return false
}

func FuzzDecode(f *testing.F) {
	card := New(128, 72, RGBA)
	card.Draw(start, 77)
	var luma []byte
	for i := 1; i < len(card.Pix); i += 4 {
		luma = append(luma, card.Pix[i])
	}
	f.Add(luma, 128, 72)
	f.Add([]byte{}, 64, 36)
	f.Fuzz(func(t *testing.T, luma []byte, w, h int) {
		if w < 0 || h < 0 || w > 4096 || h > 4096 || len(luma) == 0 {
			return
		}
		at, frame, err := Decode(func(x, y int) uint8 {
			if x < 0 || y < 0 || x >= w || y >= h {
				t.Fatalf("%d,%d is outside of %dx%d", x, y, w, h)
			}
			return luma[(y*w+x)%len(luma)]
		}, w, h)
		if err == nil && encode(at, frame)>>crcBits != uint64(at.UnixMilli())<<frameBits|uint64(frame) {
			t.Fatalf("%v and %d do not fit the strip", at, frame)
		}
	})
}

func BenchmarkDraw1080p(b *testing.B) {
	card := New(1920, 1080, BGRA)
	for i := range b.N {
		card.Draw(start.Add(time.Duration(i)*time.Second/60), uint32(i))
	}
}
