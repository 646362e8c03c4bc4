// Package e2e runs the real golive program against real peers, and looks at what arrives: a display with the test card,
// a sound server with a tone, RTMP servers. It knows golive only from outside: flags, exit codes, what it prints, what
// it sends.
package e2e

import (
	"context"
	"encoding/json"
	"image"
	"log"
	"os"
	"slices"
	"testing"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

// golive is the path of the program, set once by TestMain.
var golive string

func TestMain(m *testing.M) { os.Exit(run(m)) }

// run builds golive, runs the tests, and returns their exit code.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "golive-e2e-")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer os.RemoveAll(dir)
	if golive, err = testrig.BuildGolive(context.Background(), dir); err != nil {
		log.Print(err)
		return 1
	}
	return m.Run()
}

// A stage is a display with a moving card, and sound. Its environment leads golive there and to a home of its own.
type stage struct {
	display *testrig.Display
	sound   *testrig.Sound
	env     []string
}

func newStage(t *testing.T, size image.Point) *stage {
	t.Helper()
	return newStageAt(t, size, 60)
}

// newStageAt is newStage with so many pictures of the card a second: by the clock strip, a picture can seem as old as
// one of them lasts before it is taken.
func newStageAt(t *testing.T, size image.Point, fps int) *stage {
	t.Helper()
	display, err := testrig.StartDisplay(t.Context(), size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(display.Close)
	sound, err := testrig.StartSound(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sound.Close)
	shown, err := card.Start(card.Config{Display: display.Name, FPS: fps, Flash: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shown.Close(); err != nil {
			t.Error("card: ", err)
		}
	})
	return &stage{display, sound, slices.Concat(display.Env(), sound.Env(), home(t))}
}

// home returns the variables that keep a program away from the files of the person who runs the tests.
func home(t *testing.T) []string {
	dir := t.TempDir()
	var env []string
	for _, variable := range []string{"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		env = append(env, variable+"="+dir)
	}
	return env
}

// start starts golive. It is killed when the test ends before it does.
func start(t *testing.T, env []string, args ...string) *testrig.Program {
	t.Helper()
	p, err := testrig.StartProgram(golive, env, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// wait waits for a program at most that long, and returns its exit code.
func wait(t *testing.T, p *testrig.Program, timeout time.Duration) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	code, err := p.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// until waits for a condition at most that long.
func until(t *testing.T, p *testrig.Program, timeout time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	if err := p.Until(ctx, done); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

// statsLine holds what the tests read of a line of --stats json.
type statsLine struct {
	UptimeS  float64 `json:"uptime_s"`
	CPUCores float64 `json:"cpu_cores"`
	Video    struct {
		FPS     float64 `json:"fps"`
		Lagged  int     `json:"lagged"`
		Skipped int     `json:"skipped"`
		Encoded int     `json:"encoded"`
		Encoder string  `json:"encoder"`
	} `json:"video"`
	Audio struct {
		LevelDB []float64 `json:"level_db"`
	} `json:"audio"`
	Outputs   []outputLine `json:"outputs"`
	Recording struct {
		Path    string `json:"path"`
		Bytes   int64  `json:"bytes"`
		Warning string `json:"warning"`
		Error   string `json:"error"`
	} `json:"recording"`
}

type outputLine struct {
	Protocol      string `json:"protocol"`
	State         string `json:"state"`
	SentBytes     int64  `json:"sent_bytes"`
	DroppedFrames *int   `json:"dropped_frames"`
	Reconnects    int    `json:"reconnects"`
	QueueMS       int    `json:"queue_ms"`
	Resent        int64  `json:"resent"` // packets
	Error         string `json:"error"`
}

// stats returns all lines of stdout. Each must be a JSON object.
func stats(t *testing.T, p *testrig.Program) []statsLine {
	t.Helper()
	var all []statsLine
	for _, line := range p.Lines() {
		var s statsLine
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("stdout is not JSON: %v: %s", err, line)
		}
		all = append(all, s)
	}
	return all
}

// lastStats returns the newest line, or the zero statsLine.
func lastStats(t *testing.T, p *testrig.Program) statsLine {
	t.Helper()
	all := stats(t, p)
	if len(all) == 0 {
		return statsLine{}
	}
	return all[len(all)-1]
}

// recordings returns the files a server made of a stream, of which there must be n.
func recordings(t *testing.T, s *testrig.RTMPServer, stream string, n int) []string {
	t.Helper()
	files, err := s.Recordings(stream)
	if err != nil || len(files) != n {
		t.Fatalf("the server recorded %v, %v; want %d files", files, err, n)
	}
	return files
}
