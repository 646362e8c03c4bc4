package e2e

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
)

// TestEvening is a broadcast to two places from the window: one dies and comes back while the other goes on, the
// microphone is muted, a replay is saved, the recording grows. All of it is done by keys, and it ends as it should.
func TestEvening(t *testing.T) {
	display, err := testrig.StartDisplay(t.Context(), image.Pt(1920, 1080))
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
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	dir := t.TempDir()
	env := slices.Concat(display.Env(), sound.Env(), home(t), []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir})
	s := &stage{display: display, sound: sound, env: env}
	profile := fmt.Sprintf("version = 1\nvideo = 'pattern'\naudio = ['desktop', 'mic']\nreplay = '30s'\nrecord = '~/Videos'\n"+
		"[[destinations]]\nname = 'This computer'\nurl = 'local'\n[[destinations]]\nname = 'Friends'\nurl = %q\n", server.URL("evening"))
	err = errors.Join(
		os.MkdirAll(filepath.Join(dir, "golive", "profiles"), 0o700),
		os.WriteFile(filepath.Join(dir, "golive", "profiles", "Default.toml"), []byte(profile), 0o600),
		os.WriteFile(filepath.Join(dir, "golive", "settings.toml"), []byte("version = 1\nwelcomed = true\n[window]\nstats = true\n"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, s: s, home: dir}
	p.open()
	p.sees("the Go Live button", red)
	p.press("F9")
	p.has(0, "both live", `msg=live output=Friends reconnects=0`)
	p.sees("the button that ends it", notRed)
	server.Kill()
	p.has(0, "the loss", `msg=reconnecting output=Friends`)
	p.xdotool("sleep", "1") // the figures are a quarter of a second old, and this is for people
	p.shoot("one-is-lost")
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.has(0, "it is back", `msg=live output=Friends reconnects=1`)
	p.shoot("both-again")
	p.press("ctrl+m", "ctrl+e")
	p.has(0, "the replay", `msg="the replay is saved"`)
	p.xdotool("sleep", "1")
	p.shoot("muted-and-saved")
	p.press("F9")
	p.has(0, "the end", `msg="stream ended" stream=live`)
	p.sees("the Go Live button again", red)
	p.press("ctrl+q")
	if code := wait(t, p.app, 10*time.Second); code != 0 {
		t.Fatalf("quitting: exit code %d\n%s", code, p.app.Stderr())
	}
	if strings.Contains(p.app.Stderr(), "output=\"This computer\" reconnects=1") {
		t.Error("the other one was lost, too")
	}
	videos, err := filepath.Glob(filepath.Join(dir, "Videos", "*.mp4"))
	if err != nil || len(videos) != 2 {
		t.Errorf("kept are %v, %v", videos, err)
	}
	for _, file := range videos {
		if m, err := testrig.Probe(t.Context(), file); err != nil || m.First("video").Frames < 30 {
			t.Errorf("%s: %+v, %v", filepath.Base(file), m, err)
		}
	}
}
