//go:build bench

package bench

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
)

const (
	rawFrames = 300
	pairs     = 5
)

var (
	rawSize = image.Pt(1280, 720)
	rawRate = encoder.Rational{Num: 30, Den: 1}
)

// TestEncode encodes the same raw pictures with the same settings in turns, by our encoder and by FFmpeg's command line,
// and tells how much CPU time one takes of the other's.
func TestEncode(t *testing.T) {
	file := rawPictures(t)
	frames := mapPictures(t, file)
	var ratios []float64
	for n := range pairs {
		ours, theirs := encodeOurs(t, frames), encodeTheirs(t, file)
		ratios = append(ratios, ours.Seconds()/theirs.Seconds())
		t.Logf("pair %d: golive %.2f s, FFmpeg %.2f s, ratio %.3f", n+1, ours.Seconds(), theirs.Seconds(), ratios[n])
	}
	slices.Sort(ratios)
	t.Logf("encode CPU, golive / FFmpeg = %.3f (median of %d pairs; bar 1.05)", ratios[len(ratios)/2], pairs)
}

// TestEncodeLatency tells how long a picture takes from its way in to its packet, for each encoder that works here.
func TestEncodeLatency(t *testing.T) {
	frames := mapPictures(t, rawPictures(t))
	interval := time.Duration(float64(time.Second) / rawRate.Float())
	for _, row := range encoder.Table() {
		c := rawConfig()
		c.Encoder, c.Preset, c.Codec, c.LowLatency = row.Name, "", row.Codec, true
		v, err := encoder.NewVideo(c)
		if err != nil {
			t.Logf("%s: %v", row.Name, err)
			continue
		}
		p95, held := latency(t, v, frames, interval)
		t.Logf("%s %s, low latency, %v at %v: p95 %.1f ms = %.2f frames (bar 1); holds %d pictures at most",
			row.Name, v.Preset(), rawSize, rawRate, p95.Seconds()*1000, p95.Seconds()/interval.Seconds(), held)
		v.Close()
	}
}

// latency feeds pictures at their rate. It returns p95 of the time to the packet, and how many were inside at once.
func latency(t *testing.T, v *encoder.Video, frames []*capture.VideoFrame, interval time.Duration) (p95 time.Duration, held int) {
	t.Helper()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var took []time.Duration
	packets := 0
	for n, f := range frames {
		<-tick.C
		out, err := v.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		packets += len(out)
		held = max(held, n+1-packets)
		for _, p := range out {
			took = append(took, time.Since(p.Submitted))
		}
	}
	if _, err := v.Flush(); err != nil || took == nil {
		t.Fatal(err, len(took))
	}
	slices.Sort(took)
	return took[len(took)*95/100], held
}

func rawConfig() encoder.VideoConfig {
	return encoder.VideoConfig{
		Encoder: "libx264", Preset: "veryfast", Width: rawSize.X, Height: rawSize.Y, FrameRate: rawRate, BitRate: 6_000_000,
	}
}

// rawPictures makes a file of I420 pictures that are hard to encode.
func rawPictures(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "raw.yuv")
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=s=%dx%d:r=%v", rawSize.X, rawSize.Y, rawRate),
		"-vf", "noise=alls=12:allf=t", "-frames:v", fmt.Sprint(rawFrames), "-pix_fmt", "yuv420p", "-f", "rawvideo", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	return file
}

// mapPictures maps the file into memory, where FFmpeg can read it.
func mapPictures(t *testing.T, file string) []*capture.VideoFrame {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	luma := rawSize.X * rawSize.Y
	data, err := syscall.Mmap(int(f.Fd()), 0, rawFrames*luma*3/2, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(data) })
	frames := make([]*capture.VideoFrame, rawFrames)
	for n := range frames {
		b := data[n*luma*3/2:]
		frames[n] = (&capture.VideoFrame{
			PTS: capture.Duration(int64(n), rawRate), Captured: time.Now(), Width: rawSize.X, Height: rawSize.Y,
			Planes: [3][]byte{b[:luma], b[luma : luma*5/4], b[luma*5/4 : luma*3/2]}, Strides: [3]int{rawSize.X, rawSize.X / 2, rawSize.X / 2},
		}).Retain() // never released: it is not from a pool
	}
	return frames
}

// encodeOurs returns the CPU time that it took.
func encodeOurs(t *testing.T, frames []*capture.VideoFrame) time.Duration {
	t.Helper()
	before := ownCPU()
	v, err := encoder.NewVideo(rawConfig())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for _, f := range frames {
		if _, err := v.Encode(f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Flush(); err != nil {
		t.Fatal(err)
	}
	return ownCPU() - before
}

func encodeTheirs(t *testing.T, file string) time.Duration {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", fmt.Sprintf("%dx%d", rawSize.X, rawSize.Y),
		"-framerate", rawRate.String(), "-i", file, "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-profile:v", "high",
		"-b:v", "6000k", "-maxrate", "6000k", "-bufsize", "3000k", "-g", "60", "-x264-params", "scenecut=0:bframes=0", "-f", "null", "-")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
