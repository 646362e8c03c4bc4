package e2e

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

// TestEvening is an evening of someone who has never seen Golive, by mouse and keys: the questions of the first run, a
// part of the screen drawn, a window picked by its picture, a broadcast to two places of which one dies and comes back,
// mute, replay, recording, another language and look while live, the end; and the next day all is as it was left.
func TestEvening(t *testing.T) {
	s := newDesk(t, image.Pt(1920, 1080))
	game := color.RGBA{R: 255, G: 140, B: 20, A: 255}
	window, err := card.Start(card.Config{Display: s.display.Name, Bounds: image.Rect(1400, 560, 1880, 830), Title: "The game", Color: &game})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { window.Close() })
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	p := newPerson(t, s)
	p.open()
	p.skipsQuestions()
	p.addFriends(strings.TrimSuffix(server.URL(""), "/"))
	p.drawRegion(image.Pt(1420, 880), image.Pt(1860, 1020))
	p.saved("region:440x140+1420+880")
	p.picksByPicture(game)

	p.press("ctrl+r", "ctrl+i")
	p.saved("record = ")
	p.press("F9")
	p.has(0, "both live", `msg=live output=Friends reconnects=0`)
	p.sees("the button that ends it", notRed)
	p.shoot("both-live")
	server.Kill()
	p.has(0, "the loss", `msg=reconnecting output=Friends`)
	p.waits(time.Second) // the figures are a quarter of a second old, and this is for people
	p.shoot("one-is-lost")
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.has(0, "it is back", `msg=live output=Friends reconnects=1`)
	p.waits(time.Second)
	p.shoot("both-again")
	p.press("ctrl+m", "ctrl+e")
	p.has(0, "the replay", `msg="the replay is saved"`)
	p.waits(time.Second)
	p.shoot("muted-and-saved")
	p.changesLanguageAndLook()
	p.press("ctrl+m", "F9")
	p.has(0, "the end", `msg="stream ended" stream=live`)
	p.sees("the Go Live button again", red)
	p.shoot("ended")
	p.click(image.Pt(1239, 659)) // what was told has been read
	p.waits(time.Second)
	left := p.screen()
	p.shoot("left")
	p.press("ctrl+q")
	if code := wait(t, p.app, 10*time.Second); code != 0 {
		t.Fatalf("quitting: exit code %d\n%s", code, p.app.Stderr())
	}
	if strings.Contains(p.app.Stderr(), "output=\"This computer\" reconnects=1") {
		t.Error("the other one was lost, too")
	}
	p.checkVideos(2)

	p.open()
	p.sees("the window as it was left", func(now *image.RGBA) bool { return unlike(now, left) < 0.01 })
	p.shoot("the-next-day")
}

// skipsQuestions skips the questions of the first run.
func (p *person) skipsQuestions() {
	p.t.Helper()
	p.sees("the questions of the first run", func(screen *image.RGBA) bool { // by the button to go on
		c := screen.RGBAAt(700, 661)
		return c.B > 200 && c.R < 160
	})
	p.waits(time.Second)
	p.shoot("questions")
	p.press("Escape")
	p.sees("the Go Live button", red)
}

// picksByPicture picks the window that looks like c, in the wall of pictures.
func (p *person) picksByPicture(c color.RGBA) {
	p.t.Helper()
	p.press("ctrl+o")
	var at, before image.Point
	p.sees("its picture, where it stays", func(screen *image.RGBA) bool {
		before = at
		var ok bool
		at, ok = middleOf(screen, image.Rect(250, 110, 1030, 690), c)
		return ok && at == before && !red(screen) // the window behind it is dark
	})
	p.shoot("picker")
	p.click(at)
	p.sees("it alone in the preview", func(screen *image.RGBA) bool {
		return red(screen) && alike(screen.RGBAAt(460, 300), c) && alike(screen.RGBAAt(700, 200), c)
	})
	p.saved("window:")
	p.shoot("picked")
}

// changesLanguageAndLook changes them in the settings, while live.
func (p *person) changesLanguageAndLook() {
	p.t.Helper()
	p.press("ctrl+comma")
	p.sees("the settings", func(screen *image.RGBA) bool {
		return alike(screen.RGBAAt(1000, 160), color.RGBA{0x28, 0x2c, 0x36, 0xff})
	})
	p.shoot("settings")
	p.click(image.Pt(920, 155))
	p.waits(time.Second / 2)
	p.press("Down", "Down", "Down", "Return")
	p.hasSettings("language = 'zh_Hans'")
	p.waits(time.Second / 2)
	p.shoot("settings-in-chinese")
	p.click(image.Pt(920, 215))
	p.waits(time.Second / 2)
	p.press("Down", "Down", "Return")
	p.hasSettings("theme = 'light'")
	p.press("Escape")
	p.sees("the light look", func(screen *image.RGBA) bool { return alike(screen.RGBAAt(5, 5), color.RGBA{0xec, 0xef, 0xf3, 0xff}) })
	p.waits(time.Second)
	p.shoot("chinese-and-light")
}

// hasSettings waits until the settings on disk have something in them.
func (p *person) hasSettings(what string) {
	p.t.Helper()
	until(p.t, p.app, 10*time.Second, what+" on disk", func() bool {
		data, err := os.ReadFile(filepath.Join(p.home, "golive", "settings.toml"))
		return err == nil && strings.Contains(string(data), what)
	})
}

// checkVideos checks that so many videos were kept, and that they can be played.
func (p *person) checkVideos(n int) {
	p.t.Helper()
	videos, err := filepath.Glob(filepath.Join(p.home, "Videos", "*.mp4"))
	if err != nil || len(videos) != n {
		p.t.Errorf("kept are %v, %v", videos, err)
	}
	for _, file := range videos {
		if m, err := testrig.Probe(p.t.Context(), file); err != nil || m.First("video").Frames < 30 {
			p.t.Errorf("%s: %+v, %v", filepath.Base(file), m, err)
		}
	}
}

// middleOf returns the middle of what has the color c in a part of a picture, if that is large enough to hit.
func middleOf(m *image.RGBA, part image.Rectangle, c color.RGBA) (image.Point, bool) {
	var sum image.Point
	n := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if alike(m.RGBAAt(x, y), c) {
				sum, n = sum.Add(image.Pt(x, y)), n+1
			}
		}
	}
	return sum.Div(max(n, 1)), n > 2000
}

// alike says whether two colours look the same.
func alike(a, b color.RGBA) bool {
	off := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return off(a.R, b.R) < 24 && off(a.G, b.G) < 24 && off(a.B, b.B) < 24
}

// unlike returns which part of the pixels of the window, in the corner, looks different in two pictures.
func unlike(a, b *image.RGBA) float64 {
	n := 0
	for y := range 800 {
		for x := range 1280 {
			if !alike(a.RGBAAt(x, y), b.RGBAAt(x, y)) {
				n++
			}
		}
	}
	return float64(n) / (1280 * 800)
}
