package capture_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golive/capture"
	"golive/capture/testcard"
	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

const screenWidth, screenHeight = 640, 360

// startDisplay starts a display; show puts pictures on it until the test ends.
func startDisplay(t *testing.T) *testrig.Display {
	t.Helper()
	d, err := testrig.StartDisplay(t.Context(), image.Pt(screenWidth, screenHeight))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// show starts a picture on the display and returns what ends it.
func show(t *testing.T, c card.Config) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- card.Show(ctx, c, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	ended := false
	end = func() {
		if !ended {
			ended = true
			cancel()
			<-done
		}
	}
	t.Cleanup(end)
	return end
}

func open(t *testing.T, d *testrig.Display, spec string, w, h int) capture.VideoSource {
	t.Helper()
	s, err := capture.OpenVideo(spec, capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(w, h), FrameRate: capture.Rational{Num: 30, Den: 1}, Display: d.Name,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// until reads pictures until one is as wanted.
func until(t *testing.T, s capture.VideoSource, what string, wanted func(*image.RGBA) bool) {
	t.Helper()
	img := image.NewRGBA(image.Rectangle{})
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		f, err := s.ReadVideo()
		if err != nil {
			t.Fatal(err)
		}
		if img.Rect.Dx() != f.Width {
			img = image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
		}
		f.RGBA(img)
		f.Release()
		if wanted(img) {
			return
		}
	}
	t.Fatalf("no picture %s within 10 s; the middle is %v", what, img.At(img.Rect.Dx()/2, img.Rect.Dy()/2))
}

func near(img *image.RGBA, x, y int, want color.RGBA) bool {
	got := img.RGBAAt(x, y)
	for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
		if d > 16 || d < -16 {
			return false
		}
	}
	return true
}

// isCard says whether img shows the test card, of the last second, in its colours.
func isCard(img *image.RGBA) bool {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	drawn, _, err := testcard.Decode(func(x, y int) uint8 { return img.RGBAAt(x, y).G }, w, h)
	if err != nil || time.Since(drawn).Abs() > 10*time.Second {
		return false
	}
	for _, p := range testcard.Patches(w, h) {
		if !near(img, (p.Bounds.Min.X+p.Bounds.Max.X)/2, (p.Bounds.Min.Y+p.Bounds.Max.Y)/2, p.Color) {
			return false
		}
	}
	return true
}

func TestScreen(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name, FPS: 30})
	for _, size := range []image.Point{{X: screenWidth, Y: screenHeight}, {X: 1280, Y: 720}} {
		until(t, open(t, d, "screen:0", size.X, size.Y), "of the test card", isCard)
	}
}

func TestScreenInAnotherShapeGetsBars(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name, Color: &color.RGBA{R: 255, A: 255}})
	until(t, open(t, d, "screen:0", 400, 400), "of red between black bars", func(img *image.RGBA) bool {
		return near(img, 100, 200, color.RGBA{R: 255}) && near(img, 200, 10, color.RGBA{}) && near(img, 200, 390, color.RGBA{})
	})
}

func TestRegion(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name, FPS: 30})
	for _, p := range testcard.Patches(screenWidth, screenHeight) {
		r := p.Bounds.Inset(2)
		spec := fmt.Sprintf("region:%dx%d+%d+%d", r.Dx(), r.Dy(), r.Min.X, r.Min.Y)
		until(t, open(t, d, spec, 64, 64), "of "+p.Name, func(img *image.RGBA) bool { return near(img, 32, 32, p.Color) })
	}
}

func TestWindowIsSeenThroughWhatCoversIt(t *testing.T) {
	d := startDisplay(t)
	at := image.Rect(100, 50, 420, 230)
	end := show(t, card.Config{Display: d.Name, FPS: 30, Bounds: at, Title: "The lecture"})
	s := open(t, d, "window:the lecture", 320, 180)
	until(t, s, "of the window", isCard)

	blue := color.RGBA{B: 255, A: 255}
	show(t, card.Config{Display: d.Name, Bounds: image.Rect(0, 0, screenWidth-2, screenHeight), Color: &blue})
	until(t, open(t, d, "screen:0", screenWidth, screenHeight), "of the cover", func(img *image.RGBA) bool { return near(img, 200, 100, blue) })
	for range 10 {
		until(t, s, "of the covered window", isCard)
	}

	// Closed, it stands still; opened again under the same title, it goes on.
	end()
	f, err := s.ReadVideo()
	if err != nil {
		t.Fatalf("closing the window ended the source: %v", err)
	}
	f.Release()
	begun := time.Now()
	show(t, card.Config{Display: d.Name, FPS: 30, Bounds: image.Rect(0, 0, 480, 270), Title: "The lecture"})
	until(t, s, "of the window opened again", func(img *image.RGBA) bool {
		drawn, _, err := testcard.Decode(func(x, y int) uint8 { return img.RGBAAt(x, y).G }, 320, 180)
		return err == nil && drawn.After(begun)
	})
}

func TestPointer(t *testing.T) {
	d := startDisplay(t)
	show(t, card.Config{Display: d.Name, Color: &color.RGBA{G: 255, A: 255}})
	point := func(x, y int) {
		t.Helper()
		move := exec.Command("xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y))
		move.Env = append(move.Environ(), d.Env()...)
		if out, err := move.CombinedOutput(); err != nil {
			t.Fatalf("xdotool: %v %s", err, out)
		}
	}
	seen := func(img *image.RGBA) bool {
		for y := 40; y < 140; y++ {
			for x := 40; x < 140; x++ {
				if !near(img, x, y, color.RGBA{G: 255}) {
					return true
				}
			}
		}
		return false
	}
	point(600, 300)
	s := open(t, d, "region:200x200+0+0", 200, 200)
	until(t, s, "without the pointer", func(img *image.RGBA) bool { return !seen(img) })
	point(80, 80)
	until(t, s, "with the pointer", seen)
	point(600, 300)
	until(t, s, "without the pointer again", func(img *image.RGBA) bool { return !seen(img) })
}

func TestGridKeepsItsPhaseWhenTheReaderIsLate(t *testing.T) {
	d := startDisplay(t)
	s := open(t, d, "screen:0", 64, 36)
	rate := capture.Rational{Num: 30, Den: 1}
	var last int64
	for i := range 12 {
		f, err := s.ReadVideo()
		if err != nil {
			t.Fatal(err)
		}
		n := capture.Ticks(f.PTS, rate)
		if capture.Duration(n, rate) != f.PTS {
			t.Errorf("a picture at %v, which is not on the grid", f.PTS)
		}
		if i > 0 && n <= last {
			t.Errorf("tick %d after %d", n, last)
		}
		if i == 6 && n < last+3 {
			t.Errorf("after 200 ms of sleep tick %d follows %d: late pictures pile up", n, last)
		}
		last = n
		f.Release()
		if i == 5 {
			time.Sleep(200 * time.Millisecond)
		}
	}
}

func TestCloseUnblocks(t *testing.T) {
	d := startDisplay(t)
	s, err := capture.OpenVideo("screen:0", capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(64, 36), FrameRate: capture.Rational{Num: 1, Den: 60}, Display: d.Name,
	})
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := s.ReadVideo()
		read <- err
	}()
	s.Close()
	s.Close()
	if err := <-read; !errors.Is(err, io.EOF) {
		t.Errorf("reading a closed source: %v", err)
	}
}

// TestPortable takes pictures the slow way, from a display that lacks what the fast way needs.
func TestPortable(t *testing.T) {
	d, err := testrig.StartDisplay(t.Context(), image.Pt(screenWidth, screenHeight), "-extension", "DAMAGE")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	t.Setenv("DISPLAY", d.Name)
	show(t, card.Config{Display: d.Name, Color: &color.RGBA{R: 255, B: 100, A: 255}})
	until(t, open(t, d, "screen:0", 320, 180), "of purple", func(img *image.RGBA) bool {
		return near(img, 40, 40, color.RGBA{R: 255, B: 100})
	})
	o := capture.VideoOptions{Clock: capture.NewClock(), Size: image.Pt(64, 36), FrameRate: capture.Rational{Num: 30, Den: 1}, Display: d.Name}
	if _, err := capture.OpenVideo("window:x", o); err == nil {
		t.Error("a window was captured the slow way")
	}
}

func TestDisplayThatDies(t *testing.T) {
	d := startDisplay(t)
	s := open(t, d, "screen:0", 64, 36)
	d.Close()
	for end := time.Now().Add(10 * time.Second); ; {
		f, err := s.ReadVideo()
		if errors.Is(err, capture.ErrNoDevice) {
			return
		}
		if err != nil || time.Now().After(end) {
			t.Fatalf("the display is dead, the source says %v", err)
		}
		f.Release()
	}
}

func TestMissingThings(t *testing.T) {
	d := startDisplay(t)
	for spec, want := range map[string]error{
		"screen:7":               capture.ErrNoDevice,
		"window:No such title":   capture.ErrNoDevice,
		"window:0x123456":        capture.ErrNoDevice,
		"region:100x100+900+900": capture.ErrNoDevice,
		"region:axb+1+2":         capture.ErrBadSpec,
		"region:100x100":         capture.ErrBadSpec,
		"region:5x5+0+0":         capture.ErrBadSpec,
		"region:99999x99+0+0":    capture.ErrBadSpec,
		"screen":                 capture.ErrBadSpec,
		"window:":                capture.ErrBadSpec,
		"pattern:3":              capture.ErrBadSpec,
		"nonsense":               capture.ErrBadSpec,
		"camera:0":               capture.ErrUnsupported,
		"image:/x.png":           capture.ErrUnsupported,
	} {
		o := capture.VideoOptions{
			Clock: capture.NewClock(), Size: image.Pt(64, 36), FrameRate: capture.Rational{Num: 30, Den: 1}, Display: d.Name,
		}
		if s, err := capture.OpenVideo(spec, o); !errors.Is(err, want) {
			t.Errorf("%s: %v", spec, err)
			if s != nil {
				s.Close()
			}
		}
	}
	o := capture.VideoOptions{Clock: capture.NewClock(), Size: image.Pt(64, 36), FrameRate: capture.Rational{Num: 30, Den: 1}, Display: ":9876"}
	if _, err := capture.OpenVideo("screen:0", o); !errors.Is(err, capture.ErrNoDevice) {
		t.Errorf("a display that is not there: %v", err)
	}
}

// silent accepts connections and says nothing.
func silent(t *testing.T, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() { // ends with the listener
		for {
			if _, err := l.Accept(); err != nil {
				return
			}
		}
	}()
	return l
}

func TestServersThatSayNothing(t *testing.T) {
	var display string
	for n := 500; display == ""; n++ { // display n is at TCP port 6000+n
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 6000+n)); err == nil {
			l.Close()
			silent(t, "tcp", fmt.Sprintf("127.0.0.1:%d", 6000+n))
			display = fmt.Sprintf("127.0.0.1:%d", n)
		}
	}
	t.Setenv("PULSE_SERVER", "unix:"+silent(t, "unix", filepath.Join(t.TempDir(), "s")).Addr().String())
	begin := time.Now()
	sound := make(chan error, 1)
	go func() {
		_, err := capture.OpenAudio("mic", capture.NewClock())
		sound <- err
	}()
	o := capture.VideoOptions{Clock: capture.NewClock(), Size: image.Pt(64, 36), FrameRate: capture.Rational{Num: 30, Den: 1}, Display: display}
	if _, err := capture.OpenVideo("screen:0", o); !errors.Is(err, capture.ErrNoDevice) {
		t.Errorf("a silent display: %v", err)
	}
	if err := <-sound; !errors.Is(err, capture.ErrNoDevice) {
		t.Errorf("a silent sound server: %v", err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("it took %v to give up", took)
	}
}
