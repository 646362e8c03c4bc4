//go:build bench

// Package bench measures what a broadcast costs, as make bench prints it: figures and ratios against a peer in the same
// run, never assertions.
package bench

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/card"
	"golive/publish"
	"golive/server"
)

const (
	measureFor = 15 * time.Second
	warmUp     = 3 * time.Second
)

// TestBroadcast1080p60 broadcasts a display on which every pixel moves, and tells how many pictures a second it was and
// what each cost besides x264. FFmpeg's own x11grab does the same next, as the peer.
func TestBroadcast1080p60(t *testing.T) {
	size := image.Pt(1920, 1080)
	d, err := testrig.StartDisplay(t.Context(), size)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	motion := fullMotion(t, d)
	defer motion()
	t.Setenv("DISPLAY", d.Name)

	s, err := server.Start(server.Config{HTTP: "127.0.0.1:0", RTMP: "off", WebRTC: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.Background())
	b, err := publish.Start(t.Context(), publish.Config{
		Video: "screen:0", Audio: []string{"tone"}, Size: size, FrameRate: capture.Rational{Num: 60, Den: 1},
		Codec: encoder.H264, Encoder: "libx264", Preset: "ultrafast", BitRate: 6_000_000, AudioBitRate: 160_000,
		KeyInterval: 2 * time.Second, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	err = b.GoLive("", []publish.OutputConfig{{Name: "This computer", Destination: publish.Local(s, "live")}})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(warmUp)

	file := filepath.Join(t.TempDir(), "cpu.pprof")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	before, cpu, begun := b.Stats(), ownCPU(), time.Now()
	if err := pprof.StartCPUProfile(w); err != nil {
		t.Fatal(err)
	}
	time.Sleep(measureFor)
	pprof.StopCPUProfile()
	w.Close()
	after, took := b.Stats(), time.Since(begun)
	cpu = ownCPU() - cpu
	frames := after.Video.Encoded - before.Video.Encoded
	if err := b.EndLive(); err != nil {
		t.Error(err)
	}

	all := profile(t, file)
	// FFmpeg within Video, and the threads of x264, whose stacks Go does not see.
	x264 := profile(t, file, "-focus="+videoEncoder) - profile(t, file, "-focus="+videoEncoder, "-ignore="+ffmpegCalls) +
		profile(t, file, "-focus=ExternalCode")
	t.Logf("%.1f fps; skipped %d, lagged %d; grab and convert p50 %.1f ms; encode p50 %.1f ms, p95 %.1f ms",
		float64(frames)/took.Seconds(), after.Video.Skipped-before.Video.Skipped, after.Video.Lagged-before.Video.Lagged,
		after.Video.CaptureMS.P50, after.Video.EncodeMS.P50, after.Video.EncodeMS.P95)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(frames) }
	t.Logf("CPU a frame: %.2f ms in all, of which x264 %.0f %%, everything else %.2f ms",
		ms(cpu), 100*x264.Seconds()/all.Seconds(), ms(time.Duration(float64(cpu)*(1-x264.Seconds()/all.Seconds()))))
	t.Logf("all but (*Video) and the threads of x264, by function:\n%s", top(t, file))

	peer, peerFrames := x11grab(t, d, size)
	t.Logf("FFmpeg x11grab, same settings: %.2f ms a frame, so golive / FFmpeg = %.2f",
		peer.Seconds()*1000/float64(peerFrames), ms(cpu)/(peer.Seconds()*1000/float64(peerFrames)))
}

// fullMotion shows pictures that change everywhere.
func fullMotion(t *testing.T, d *testrig.Display) (end func()) {
	t.Helper()
	c, err := card.Start(card.Config{Display: d.Name, FPS: 60, Motion: true})
	if err != nil {
		t.Fatal(err)
	}
	return func() { c.Close() }
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Functions of a profile, as regular expressions.
const (
	videoEncoder = `encoder\.\(\*Video\)\.`
	ffmpegCalls  = `SendFrame|ReceivePacket`
)

var total = regexp.MustCompile(`Showing nodes accounting for ([0-9.a-z]+)`)

// profile returns the time of the samples that pprof leaves with these filters.
func profile(t *testing.T, file string, filters ...string) time.Duration {
	t.Helper()
	args := slices.Concat([]string{"tool", "pprof", "-top", "-nodefraction=0", "-nodecount=100000"}, filters, []string{file})
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	m := total.FindSubmatch(out)
	if m == nil {
		t.Fatalf("no total in:\n%s", out)
	}
	d, err := time.ParseDuration(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// top lists our functions by the time that is spent in them and below. The sound encoders, (*Audio), are among them.
func top(t *testing.T, file string) string {
	out, err := exec.Command("go", "tool", "pprof", "-top", "-cum", "-nodecount=60", "-ignore="+videoEncoder+"|ExternalCode", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "golive/") || strings.Contains(line, "xgb") || strings.Contains(line, "flat") {
			ours = append(ours, strings.TrimRight(line, "\n"))
		}
	}
	return strings.Join(ours, "\n")
}

// x11grab lets FFmpeg do the same work and returns its CPU time.
func x11grab(t *testing.T, d *testrig.Display, size image.Point) (time.Duration, int) {
	t.Helper()
	seconds := int(measureFor.Seconds())
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "x11grab", "-framerate", "60", "-video_size", fmt.Sprintf("%dx%d", size.X, size.Y),
		"-i", d.Name, "-f", "lavfi", "-i", "sine=r=48000", "-t", fmt.Sprint(seconds), "-pix_fmt", "yuv420p",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", "6000k", "-maxrate", "6000k", "-bufsize", "3000k",
		"-g", "120", "-c:a", "aac", "-f", "flv", "/dev/null", "-y")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	u := cmd.ProcessState
	return u.UserTime() + u.SystemTime(), 60 * seconds
}
