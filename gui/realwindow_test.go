package gui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"golive/internal/testrig"
	moving "golive/internal/testrig/card"
)

// realWindow is set for a copy of the test program that is to be the app, with a watchdog inside.
const realWindow = "GOLIVE_REAL_WINDOW"

const (
	// probeEvery is how often the watchdog asks the goroutine of the window for an answer.
	probeEvery = 50 * time.Millisecond
	// beatEvery is how often it tells.
	beatEvery = 10 * time.Second
	// maxGrowth is how much memory a live window may take more in an hour, in MiB.
	maxGrowth = 2
)

// A beat is what the watchdog says, as JSON on a line of stdout.
type beat struct {
	MS       []float64 // that the window took for each answer since the last beat
	Heap, MB float64   // what is in use of Go's heap, and all of the process, in MiB
}

// runRealWindow is the app until it is quit; from SIGUSR1 on, the watchdog measures it.
func runRealWindow() int {
	runtime.MemProfileRate = 0 // the program that is shipped takes no profile of its memory
	begin := make(chan os.Signal, 1)
	signal.Notify(begin, syscall.SIGUSR1)
	go func() { // ends with the process
		<-begin
		watchWindow(os.Stdout)
	}()
	if err := Run(Options{Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// watchWindow asks the goroutine of the window for an answer again and again, also while it owes some, and tells how long
// it took. What the heap does not need goes back to the system before memory is looked at.
func watchWindow(out *os.File) {
	var mu sync.Mutex
	var took []float64
	look := time.NewTicker(beatEvery)
	ask := time.NewTicker(probeEvery)
	for {
		select {
		case asked := <-ask.C:
			fyne.Do(func() {
				mu.Lock()
				defer mu.Unlock()
				took = append(took, time.Since(asked).Seconds()*1000)
			})
		case <-look.C:
			debug.FreeOSMemory()
			mu.Lock()
			b := beat{MS: took, Heap: heapMB(), MB: residentMB()}
			took = nil
			mu.Unlock()
			_ = json.NewEncoder(out).Encode(b)
		}
	}
}

func heapMB() float64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64()) / (1 << 20)
}

// residentMB returns the memory of this process that no file stands for.
func residentMB() float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), "RssAnon:")
	kb, _ := strconv.ParseFloat(strings.Fields(rest + " 0")[0], 64)
	return kb / 1024
}

// TestRealWindow keeps a real window live to two places for as long as GOLIVE_SOAK says, twenty minutes to judge by,
// and for a moment without it. A person looks into the log and mutes the microphone every now and then. The window must
// answer within 50 ms in 99 of 100 cases, and its memory must not grow.
func TestRealWindow(t *testing.T) {
	length := testrig.SoakLength(t, 11*time.Second)
	env := realStage(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := testrig.StartProgram(self, append(env, realWindow+"=1"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	keys := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "xdotool", args...)
		cmd.Env = append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("xdotool: %v: %s", err, out)
		}
	}
	keys("search", "--sync", "--onlyvisible", "--name", "^Golive$", "windowactivate", "--sync", "key", "F9")
	await(t, p, 30*time.Second, "both live", func() bool { return strings.Contains(p.Stderr(), "msg=live output=Friends") })
	p.Signal(syscall.SIGUSR1)
	beats := 0
	for end := time.Now().Add(length); time.Now().Before(end); {
		beats++
		await(t, p, time.Minute, "a beat", func() bool { return len(p.Lines()) >= beats })
		switch beats % 6 {
		case 1:
			keys("key", "ctrl+j")
		case 2:
			keys("key", "Escape", "ctrl+m")
		case 4:
			keys("key", "ctrl+comma")
		case 5:
			keys("key", "Escape", "ctrl+m")
		}
	}
	judge(t, p.Lines(), length)
	keys("key", "Escape", "F9")
	await(t, p, 20*time.Second, "the end", func() bool { return strings.Contains(p.Stderr(), "stream ended") })
}

// realStage returns a display with something that moves, sound, a server to send to, and a home whose profile uses them.
func realStage(t *testing.T) (env []string) {
	t.Helper()
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
	shown, err := moving.Start(moving.Config{Display: display.Name, Bounds: image.Rect(1300, 400, 1900, 740), FPS: 30, Title: "Moving", Motion: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shown.Close() })
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	home := t.TempDir()
	profile := fmt.Sprintf("version = 1\nvideo = 'region:640x360+1280+390'\naudio = ['desktop', 'mic']\nreplay = '30s'\n"+
		"[[destinations]]\nname = 'This computer'\nurl = 'local'\n[[destinations]]\nname = 'Friends'\nurl = %q\n", server.URL("soak"))
	settings := "version = 1\nwelcomed = true\n[window]\nstats = true\n" +
		"[server]\nhttp = '127.0.0.1:0'\nrtmp = '127.0.0.1:0'\nsrt = '127.0.0.1:0'\nwebrtc = '127.0.0.1:0'\n"
	if err := errors.Join(
		os.MkdirAll(filepath.Join(home, "golive", "profiles"), 0o700),
		os.WriteFile(filepath.Join(home, "golive", "profiles", "Default.toml"), []byte(profile), 0o600),
		os.WriteFile(filepath.Join(home, "golive", "settings.toml"), []byte(settings), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	return slices.Concat(display.Env(), sound.Env(), []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home})
}

// await waits for a condition while a program runs.
func await(t *testing.T, p *testrig.Program, most time.Duration, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	if err := p.Until(ctx, done); err != nil {
		t.Fatalf("waiting for %s: %v", what, err)
	}
}

// judge fails when the window answers too late or grows. The first three minutes, at most a third of the time, are for
// filling what is kept.
func judge(t *testing.T, lines [][]byte, length time.Duration) {
	t.Helper()
	var took, hours, heap, memory []float64
	for i, line := range lines {
		var b beat
		if err := json.Unmarshal(line, &b); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		at := time.Duration(i+1) * beatEvery
		took = append(took, b.MS...)
		if at > min(length/3, 3*time.Minute) {
			hours, heap, memory = append(hours, at.Hours()), append(heap, b.Heap), append(memory, b.MB)
		}
		if i%6 == 0 {
			t.Logf("%v: heap %.1f MiB, in all %.1f MiB", at, b.Heap, b.MB)
		}
	}
	slices.Sort(took)
	p99, most := took[len(took)*99/100], took[len(took)-1]
	t.Logf("%d answers: half within %.1f ms, 99 %% within %.1f ms, all within %.1f ms", len(took), took[len(took)/2], p99, most)
	if length < 10*time.Minute {
		return
	}
	if p99 > float64(atMost.Milliseconds()) {
		t.Errorf("the window answers after %.1f ms", p99)
	}
	slope, doubt := testrig.LeastSquares(hours, memory)
	inHeap, doubtHeap := testrig.LeastSquares(hours, heap)
	t.Logf("memory %+.1f MiB an hour, within %.1f; the heap %+.1f, within %.1f", slope, doubt, inHeap, doubtHeap)
	if slope-doubt > maxGrowth {
		t.Errorf("memory grows by %.1f MiB an hour, within %.1f", slope, doubt)
	}
}
