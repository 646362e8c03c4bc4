package e2e

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

// goLive is where the button is in the window of 1280x800 pixels at the corner of the screen. What else a person does
// here has a key.
var goLive = image.Pt(130, 739)

// canaryKey is a stream key that must never be seen in clear.
const canaryKey = "canary-7f3a9c"

// A person sits in front of the window.
type person struct {
	t    *testing.T
	s    *stage
	home string
	app  *testrig.Program

	shots int // that were taken
}

func newPerson(t *testing.T, s *stage) *person {
	i := slices.IndexFunc(s.env, func(v string) bool { return strings.HasPrefix(v, "XDG_CONFIG_HOME=") })
	return &person{t: t, s: s, home: strings.TrimPrefix(s.env[i], "XDG_CONFIG_HOME=")}
}

// xdotool moves the mouse and types.
func (p *person) xdotool(args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "xdotool", args...)
	cmd.Env = append(os.Environ(), p.s.env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("xdotool %s: %v: %s", args[0], err, out)
	}
	return strings.TrimSpace(string(out))
}

func (p *person) click(at image.Point) {
	p.t.Helper()
	p.xdotool("mousemove", fmt.Sprint(at.X), fmt.Sprint(at.Y), "click", "1")
}

func (p *person) typeText(text string) {
	p.t.Helper()
	p.xdotool("type", "--delay", "15", text)
}

// sees waits until the screen is as wanted.
func (p *person) sees(what string, wanted func(*image.RGBA) bool) {
	p.t.Helper()
	seen := false
	defer func() {
		if !seen {
			p.shoot("not-seen")
		}
	}()
	until(p.t, p.app, 20*time.Second, what, func() bool {
		screen, err := p.s.display.Screenshot()
		return err == nil && wanted(screen)
	})
	seen = true
}

// screen returns what the display shows.
func (p *person) screen() *image.RGBA {
	p.t.Helper()
	screen, err := p.s.display.Screenshot()
	if err != nil {
		p.t.Fatal(err)
	}
	return screen
}

// shoot keeps a picture of the screen for people: in the folder $GOLIVE_SHOTS, or with the artifacts of the test
// (go test -artifacts).
func (p *person) shoot(name string) {
	p.t.Helper()
	p.shots++
	dir := cmp.Or(os.Getenv("GOLIVE_SHOTS"), p.t.ArtifactDir())
	file, err := os.Create(filepath.Join(dir, fmt.Sprintf("%s-%02d-%s.png", p.t.Name(), p.shots, name)))
	if err != nil {
		p.t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, p.screen()); err != nil {
		p.t.Fatal(err)
	}
}

// waits lets some time pass, for what is to be seen by people.
func (p *person) waits(d time.Duration) {
	p.t.Helper()
	end := time.Now().Add(d)
	until(p.t, p.app, d+10*time.Second, "some time", func() bool { return time.Now().After(end) })
}

// red says whether the Go Live button shows: the only thing in the window that is.
func red(screen *image.RGBA) bool {
	c := screen.RGBAAt(goLive.X-70, goLive.Y-20)
	return c.R > 180 && c.G < 110 && c.B < 110
}

func notRed(screen *image.RGBA) bool { return !red(screen) }

// open starts the app and puts its window into the corner.
func (p *person) open() {
	p.t.Helper()
	p.app = start(p.t, p.s.env)
	window := ""
	until(p.t, p.app, 30*time.Second, "the window", func() bool {
		cmd := exec.Command("xdotool", "search", "--onlyvisible", "--name", "^Golive$")
		cmd.Env = append(os.Environ(), p.s.env...)
		out, err := cmd.Output()
		window = strings.TrimSpace(string(out))
		return err == nil && window != ""
	})
	ids := strings.Fields(window)
	p.xdotool("windowsize", ids[len(ids)-1], "1280", "800", "windowmove", ids[len(ids)-1], "0", "0")
}

// has waits until the app's log has a line that matches, after those that were there.
func (p *person) has(from int, what, pattern string) {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	until(p.t, p.app, 20*time.Second, what, func() bool { return re.MatchString(p.app.Stderr()[from:]) })
}

// press presses keys that the window has the focus for.
func (p *person) press(keys ...string) {
	p.t.Helper()
	p.xdotool(append([]string{"key"}, keys...)...)
}

// addFriends adds a destination by its dialog.
func (p *person) addFriends(address string) {
	p.t.Helper()
	p.press("ctrl+n")
	dialog := func(screen *image.RGBA) bool { return !red(screen) } // the window behind it is dark
	p.sees("the dialog", dialog)
	p.typeText(address)
	p.press("Tab")
	p.typeText(canaryKey)
	p.press("Tab", "Tab") // past the backup server
	p.typeText("Friends")
	p.press("Return")
	p.sees("the dialog gone", red)
}

// drawRegion draws a part of the screen, on the screen: the window is away meanwhile.
func (p *person) drawRegion(from, to image.Point) {
	p.t.Helper()
	p.press("ctrl+d")
	p.sees("the screen to draw on, by the plate with the words", func(screen *image.RGBA) bool {
		return screen.RGBAAt(1300, 30) == color.RGBA{0x12, 0x14, 0x19, 0xff}
	})
	p.xdotool("mousemove", fmt.Sprint(from.X), fmt.Sprint(from.Y), "mousedown", "1")
	p.xdotool("mousemove", fmt.Sprint((from.X+to.X)/2), fmt.Sprint((from.Y+to.Y)/2), "sleep", "0.1")
	p.xdotool("mousemove", fmt.Sprint(to.X), fmt.Sprint(to.Y), "sleep", "0.1", "mouseup", "1", "sleep", "0.2")
	p.shoot("drawing")
	p.press("Return")
	p.sees("the window again", red)
}

// saved waits until the profile on disk has something in it.
func (p *person) saved(what string) {
	p.t.Helper()
	until(p.t, p.app, 10*time.Second, what+" on disk", func() bool {
		data, err := os.ReadFile(filepath.Join(p.home, "golive", "profiles", "Default.toml"))
		return err == nil && strings.Contains(string(data), what)
	})
}

// broadcasts goes live by a click, ends by another, and returns what the server received.
func (p *person) broadcasts(server *testrig.RTMPServer, n int) string {
	p.t.Helper()
	from := len(p.app.Stderr())
	p.shoot(fmt.Sprintf("%d-before", n))
	p.click(goLive)
	p.has(from, "live on the server", `msg=live output=Friends`)
	p.sees("the button that ends it", notRed)
	p.waits(2500 * time.Millisecond)
	p.shoot(fmt.Sprintf("%d-during", n))
	p.click(goLive)
	p.has(from, "the end", `msg=stopped output=Friends`)
	p.has(from, "the end on the watch page", `msg="stream ended" stream=live`)
	p.sees("the Go Live button again", red)
	files := recordings(p.t, server, canaryKey, n)
	return files[len(files)-1]
}

// newDesk returns a display with a window manager, sound, and a home of its own.
func newDesk(t *testing.T, size image.Point) *stage {
	t.Helper()
	display, err := testrig.StartDisplay(t.Context(), size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(display.Close)
	if err := display.ManageWindows(t.Context()); err != nil {
		t.Fatal(err)
	}
	sound, err := testrig.StartSound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sound.Close)
	env := home(t)
	dir := strings.TrimPrefix(env[0], "XDG_CONFIG_HOME=")
	if err := os.MkdirAll(filepath.Join(dir, "golive", "profiles"), 0o700); err != nil {
		t.Fatal(err)
	}
	return &stage{display: display, sound: sound, env: slices.Concat(env, []string{"HOME=" + dir}, display.Env(), sound.Env())}
}

func TestWindow(t *testing.T) {
	s := newDesk(t, image.Pt(1920, 1080))
	blue := color.RGBA{B: 255, A: 255}
	patch, err := card.Start(card.Config{Display: s.display.Name, Bounds: image.Rect(1400, 860, 1880, 1040), Color: &blue})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { patch.Close() })
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	p := newPerson(t, s)

	p.open()
	p.skipsQuestions()
	p.addFriends(strings.TrimSuffix(server.URL(""), "/"))
	p.drawRegion(image.Pt(1420, 880), image.Pt(1860, 1020))
	p.sees("the region alone in the preview", func(screen *image.RGBA) bool {
		c := screen.RGBAAt(460, 380)
		return c.B > 200 && c.R < 60
	})
	p.saved("region:440x140+1420+880")
	checkBlue(t, p.broadcasts(server, 1))
	p.xdotool("key", "alt+F4")
	if code := wait(t, p.app, 10*time.Second); code != 0 {
		t.Fatalf("closing the window: exit code %d\n%s", code, p.app.Stderr())
	}
	checkNoKey(t, p.home, p.app.Stderr())

	p.open()
	p.sees("the Go Live button", red)
	checkBlue(t, p.broadcasts(server, 2))
	checkNoKey(t, p.home, p.app.Stderr())
}

// TestWindowWithoutDisplay: one sentence, and the code of a device that is not there.
func TestWindowWithoutDisplay(t *testing.T) {
	// The toolkit says at its start that it does not know the locale "C".
	p := start(t, append(home(t), "DISPLAY=:9876", "LC_ALL=en_US.UTF-8"))
	checkRefusal(t, p, wait(t, p, 50*time.Second), 3, []string{":9876"})
	if text := strings.TrimSpace(p.Stderr()); strings.Contains(text, "\n") || strings.Contains(text, "panic") {
		t.Errorf("it says more than a sentence:\n%s", text)
	}
}

// checkBlue checks that a recording shows the region that was drawn.
func checkBlue(t *testing.T, file string) {
	t.Helper()
	m, err := testrig.Probe(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if v := m.First("video"); v.Width != 1280 || v.Height != 720 || v.Frames < 30 {
		t.Errorf("received %+v", v)
	}
	img, err := testrig.Picture(t.Context(), file, 20)
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b := testrig.Mean(img, image.Rect(400, 300, 800, 420)); b < 240 || r > 15 || g > 15 {
		t.Errorf("the middle of the picture is %.0f, %.0f, %.0f, not the blue that was drawn around", r, g, b)
	}
}

// checkNoKey looks for the key in every file of a home, and in the log.
func checkNoKey(t *testing.T, home, log string) {
	t.Helper()
	forms := []string{canaryKey, url.QueryEscape(canaryKey), base64.StdEncoding.EncodeToString([]byte(canaryKey))}
	files := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		for _, form := range forms {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("the key stands in %s", path)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("looked into %d files: %v", files, err)
	}
	if strings.Contains(log, canaryKey) {
		t.Errorf("the key stands in the log:\n%s", log)
	}
}
