package e2e

import (
	"image"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"golive/capture/testcard"
	"golive/internal/testrig"
)

// TestLipSync shows a flash and plays a beep at each whole second, and compares when they come out at the receiver.
// GOLIVE_SOAK makes it longer, as make soak does.
func TestLipSync(t *testing.T) {
	const rate = 60 // pictures a second: how exactly a flash can be told
	length := 20 * time.Second
	if soak := os.Getenv("GOLIVE_SOAK"); soak != "" {
		var err error
		if length, err = time.ParseDuration(soak); err != nil {
			t.Fatal(err)
		}
	}
	s := newStage(t, image.Pt(640, 360))
	if err := s.sound.PlayBeeps(); err != nil {
		t.Fatal(err)
	}
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	p := start(t, s.env, "live", "--video", "screen:0", "--audio", "desktop", "--to", server.URL("x"),
		"--size", "640x360", "--fps", strconv.Itoa(rate), "--preset", "ultrafast", "--duration", length.String(), "--stats", "json")
	if code := wait(t, p, length+time.Minute); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.Stderr())
	}
	file := recordings(t, server, "x", 1)[0]
	offsets := pair(flashes(t, file), beeps(t, file))
	if len(offsets) < int(length.Seconds())*3/4 {
		t.Fatalf("%d flashes with a beep in %v", len(offsets), length)
	}
	begin, end := median(offsets[:5]), median(offsets[len(offsets)-5:])
	t.Logf("sound after picture: %.1f ms at the start, %.1f ms at the end; %d flashes, from %.1f to %.1f ms", 1000*begin,
		1000*end, len(offsets), 1000*slices.Min(offsets), 1000*slices.Max(offsets))
	if math.Abs(begin) > 0.040 || math.Abs(end) > 0.040 {
		t.Errorf("picture and sound are apart: %.4f", offsets)
	}
}

// median leaves out what a busy machine does to single beeps.
func median(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

// flashes returns when flashes begin, in seconds. A flash that shows for the first time in a picture began at some
// moment since the one before: the middle of the two is the best guess.
func flashes(t *testing.T, file string) []float64 {
	t.Helper()
	times, err := testrig.FrameTimes(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	var found []float64
	lit := true // a flash that was there from the start has no known beginning
	err = testrig.EachLuma(t.Context(), file, func(n int, l testrig.Luma) error {
		r := testcard.Flash(l.Width, l.Height)
		now := l.At(r.Min.X+r.Dx()/2, r.Min.Y+r.Dy()/2) > 128
		if now && !lit {
			found = append(found, (times[n-1]+times[n])/2)
		}
		lit = now
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// beeps returns when beeps begin, in seconds.
func beeps(t *testing.T, file string) []float64 {
	t.Helper()
	pcm, err := testrig.ReadPCM(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	clock, err := testrig.ReadSoundClock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	var found []float64
	for _, sample := range pcm.Onsets(testrig.BeepHz) {
		found = append(found, clock.Time(sample))
	}
	return found
}

// pair returns how much later than each flash the beep nearest to it comes, in seconds. One without a beep within
// half a second has none.
func pair(flashes, beeps []float64) []float64 {
	var offsets []float64
	for _, flash := range flashes {
		nearest := math.Inf(1)
		for _, beep := range beeps {
			if math.Abs(beep-flash) < math.Abs(nearest) {
				nearest = beep - flash
			}
		}
		if math.Abs(nearest) < 0.5 {
			offsets = append(offsets, nearest)
		}
	}
	return offsets
}
