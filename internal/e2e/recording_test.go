package e2e

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/capture/testcard"
	"golive/internal/testrig"
)

// soak says whether to repeat what is random many times.
func soak() bool { return os.Getenv("GOLIVE_SOAK") != "" }

// startRecording starts a broadcast of a small test card to an embedded server on free ports, recorded to a path.
func startRecording(t *testing.T, path string, more ...string) *testrig.Program {
	t.Helper()
	args := []string{
		"live", "--video", "pattern", "--audio", "tone", "--size", "640x360", "--fps", "30", "--preset", "ultrafast",
		"--bitrate", "1000k", "--stats", "json", "--record", path,
	}
	if len(more) == 0 {
		more = []string{"--http", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--webrtc", "127.0.0.1:0"}
	}
	return start(t, home(t), append(args, more...)...)
}

// isOrdinary says whether an MP4 begins as one with one index for all, and has no visible fragments.
func isOrdinary(t *testing.T, path string) bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 40)
	if _, err := io.ReadFull(f, head); err != nil {
		t.Fatal(err)
	}
	return string(head[36:]) == "mdat"
}

// lastDrawn decodes a recording strictly, and returns how many pictures it has and when the last one was drawn.
func lastDrawn(t *testing.T, path string) (pictures int, last time.Time) {
	t.Helper()
	if err := testrig.DecodeStrict(t.Context(), path); err != nil {
		t.Error(err)
	}
	err := testrig.EachLuma(t.Context(), path, func(n int, l testrig.Luma) error {
		drawn, _, err := testcard.Decode(l.At, l.Width, l.Height)
		pictures, last = n+1, drawn
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return pictures, last
}

// A program that is killed leaves a recording that plays to within 2.2 s of that moment, and the next one repairs it.
func TestKilledRecordingsPlay(t *testing.T) {
	kills := 4
	if soak() {
		kills = 50
	}
	dir := t.TempDir()
	t.Run("kill", func(t *testing.T) {
		lanes := make(chan struct{}, 3) // as many at a time as leave the computer some air
		for n := range kills {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				lanes <- struct{}{}
				defer func() { <-lanes }()
				path := filepath.Join(t.TempDir(), "a.mp4")
				killRecording(t, path)
				if err := os.Rename(path, filepath.Join(dir, fmt.Sprintf("%d.mp4", n))); err != nil {
					t.Error(err)
				}
			})
		}
	})
	p := startRecording(t, filepath.Join(dir, "next.mp4"))
	until(t, p, 30*time.Second, "repairs", func() bool { return strings.Count(p.Stderr(), "is repaired") == kills })
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Stderr())
	}
	for n := range kills {
		path := filepath.Join(dir, fmt.Sprintf("%d.mp4", n))
		if !isOrdinary(t, path) {
			t.Errorf("%s is not repaired", path)
		}
		if err := testrig.DecodeStrict(t.Context(), path); err != nil {
			t.Error(err)
		}
	}
}

// killRecording kills a recording at a random moment of its first seconds.
func killRecording(t *testing.T, path string) {
	p := startRecording(t, path)
	until(t, p, 30*time.Second, "a recording", func() bool { return lastStats(t, p).Recording.Bytes > 10_000 })
	time.Sleep(rand.N(4 * time.Second)) // the moment is the point
	killed := time.Now()
	p.Signal(syscall.SIGKILL)
	if m, err := testrig.Probe(t.Context(), path); err != nil || m.First("audio").Frames == 0 {
		t.Errorf("%+v, %v", m, err)
	}
	pictures, last := lastDrawn(t, path)
	t.Logf("%d pictures, %.2f s lost", pictures, killed.Sub(last).Seconds())
	if lost := killed.Sub(last); pictures == 0 || lost > 2200*time.Millisecond {
		t.Errorf("%v lost", lost)
	}
}

// A recording that is split ends in files that hold all pictures together, and a replay can be saved meanwhile.
func TestSplitRecordingAndReplay(t *testing.T) {
	dir := t.TempDir()
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	p := startRecording(t, filepath.Join(dir, "a.mp4"), "--split", "3s", "--replay", "2s", "--keyint", "1s", "--to", server.URL("x"))
	until(t, p, 30*time.Second, "five seconds", func() bool { return lastStats(t, p).UptimeS > 5 })
	p.Signal(syscall.SIGUSR2)
	p.Signal(syscall.SIGUSR1)
	until(t, p, 5*time.Second, "a replay", func() bool { return strings.Contains(p.Stderr(), "the replay is saved") })
	until(t, p, 30*time.Second, "eight seconds", func() bool { return lastStats(t, p).UptimeS > 8 })
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.Stderr())
	}
	last := lastStats(t, p)
	files, err := filepath.Glob(filepath.Join(dir, "*.mp4"))
	if err != nil || len(files) < 4 { // a busy machine may be late enough for a fourth part
		t.Fatalf("%q, %v; want three parts, or more, and a replay", files, err)
	}
	if b, err := os.ReadFile(files[1]); err != nil || !bytes.Contains(b, []byte("Chapter 1")) {
		t.Errorf("%s has no chapter: %v", files[1], err)
	}
	sum := 0
	for _, f := range files {
		if !isOrdinary(t, f) {
			t.Errorf("%s is not finished", f)
		}
		n, _ := lastDrawn(t, f)
		if strings.Contains(f, "replay") {
			if n < 55 || n > 95 {
				t.Errorf("the replay has %d pictures, want two seconds or a little more", n)
			}
			continue
		}
		sum += n
	}
	if sum != last.Video.Encoded || *last.Outputs[0].DroppedFrames != 0 {
		t.Errorf("%d pictures in the parts, %d encoded, %d lost by the stream", sum, last.Video.Encoded, *last.Outputs[0].DroppedFrames)
	}
}

// growBallast takes the room of a disk, two megabytes a second, until it is full or the test ends.
func growBallast(t *testing.T, dir string) {
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	piece := bytes.Repeat([]byte("golive"), 1<<19/6)
	for {
		select {
		case <-t.Context().Done():
			return
		case <-tick.C:
		}
		if _, err := f.Write(piece); err != nil {
			return
		}
	}
}

// A disk that others fill ends the recording, after a warning, and nothing else.
func TestRecordingOnADiskThatFillsUp(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=20m"); err != nil {
		t.Skip("a small file system to fill needs root: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	path := filepath.Join(dir, "a.mp4")
	p := startRecording(t, path, "--to", server.URL("x"))
	until(t, p, 30*time.Second, "a warning", func() bool { return lastStats(t, p).Recording.Warning != "" })
	if e := lastStats(t, p).Recording.Error; e != "" {
		t.Errorf("the end came before the warning: %s", e)
	}
	growBallast(t, dir)
	until(t, p, 30*time.Second, "the end of the recording", func() bool { return lastStats(t, p).Recording.Error != "" })
	ended := lastStats(t, p)
	until(t, p, 30*time.Second, "two more seconds", func() bool { return lastStats(t, p).UptimeS > ended.UptimeS+2 })
	p.Signal(syscall.SIGINT)
	_ = wait(t, p, 10*time.Second) // its code says that the recording ended
	last := lastStats(t, p)
	t.Logf("%s", ended.Recording.Error)
	if !strings.Contains(last.Recording.Error, "nearly full") || *last.Outputs[0].DroppedFrames != 0 {
		t.Errorf("%+v", last)
	}
	if n, _ := lastDrawn(t, path); n < 60 || !isOrdinary(t, path) {
		t.Errorf("%d pictures were recorded", n)
	}
	received, err := testrig.Probe(t.Context(), recordings(t, server, "x", 1)[0])
	if got := received.First("video").Frames; err != nil || got != last.Video.Encoded {
		t.Errorf("the server has %d of %d pictures, %v", got, last.Video.Encoded, err)
	}
}
