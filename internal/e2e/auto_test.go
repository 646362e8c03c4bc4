package e2e

import (
	"encoding/json"
	"image"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig"
)

// TestAuto leaves size, frame rate and preset to the computer: they are those that golive check advises, and the
// encoder has time for each picture.
func TestAuto(t *testing.T) {
	s := newStage(t, image.Pt(1920, 1080))
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	p := start(t, s.env, "live", "--video", "screen:0", "--audio", "none", "--to", server.URL("x"),
		"--size", "auto", "--fps", "auto", "--preset", "auto", "--bitrate", "6000k", "--stats", "json")
	until(t, p, 40*time.Second, "three seconds", func() bool { return lastStats(t, p).UptimeS > 3 })
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.Stderr())
	}
	for line := range strings.Lines(p.Stderr()) {
		if strings.Contains(line, "settings for this computer") {
			t.Log(strings.TrimSpace(line))
		}
	}
	m, err := testrig.Probe(t.Context(), recordings(t, server, "x", 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	v := m.First("video")
	if !slices.Contains([]int{1080, 720, 540, 360}, v.Height) || v.Width != v.Height*16/9 {
		t.Errorf("the pictures have %dx%d", v.Width, v.Height)
	}
	last := lastStats(t, p).Video
	t.Logf("%dx%d %s, %d encoded, %d skipped", v.Width, v.Height, v.FrameRate, last.Encoded, last.Skipped)
	if last.Skipped*10 > last.Encoded {
		t.Errorf("%d pictures skipped, %d encoded", last.Skipped, last.Encoded)
	}
}

// TestCheckAdvises: golive check measures on the pictures of the screen.
func TestCheckAdvises(t *testing.T) {
	s := newStage(t, image.Pt(1280, 720))
	began := time.Now()
	p := start(t, s.env, "check", "--json")
	wait(t, p, 40*time.Second)
	var answer struct {
		Checks []struct{ Name, Level, Message string }
	}
	if len(p.Lines()) != 1 {
		t.Fatalf("%d lines:\n%s", len(p.Lines()), p.Stderr())
	}
	if err := json.Unmarshal(p.Lines()[0], &answer); err != nil {
		t.Fatal(err)
	}
	for _, c := range answer.Checks {
		if c.Name == "encoder" {
			t.Logf("after %v: %s %s", time.Since(began).Round(time.Millisecond), c.Level, c.Message)
			if !strings.Contains(c.Message, "--encoder libx264 --size ") {
				t.Errorf("it advises %s", c.Message)
			}
			return
		}
	}
	t.Errorf("no encoder in %+v", answer)
}
