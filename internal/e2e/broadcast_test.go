package e2e

import (
	"image"
	"math"
	"strings"
	"testing"
	"time"

	"golive/capture/testcard"
	"golive/internal/testrig"
)

const (
	toneHz = 440
	toneDB = -20
)

func TestBroadcastOfDesktop(t *testing.T) {
	s := newStage(t, image.Pt(1920, 1080))
	if err := s.sound.PlayTone(toneHz, toneDB); err != nil {
		t.Fatal(err)
	}
	p, file := broadcastDesktop(t, s)
	checkStats(t, p)
	checkMedia(t, file)
	checkTone(t, file)
	checkColours(t, file)
	checkMotion(t, file)
}

// broadcastDesktop broadcasts for ten seconds, and returns the program and what the server recorded. When other programs
// on the machine cost it pictures, by its own account, it tries again.
func broadcastDesktop(t *testing.T, s *stage) (*testrig.Program, string) {
	t.Helper()
	for try := 1; ; try++ {
		server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
		p := start(t, s.env, "live", "--video", "screen:0", "--audio", "desktop", "--to", server.URL("x"),
			"--size", "1280x720", "--fps", "30", "--duration", "10s", "--stats", "json")
		if code := wait(t, p, time.Minute); code != 0 {
			t.Fatalf("exit code %d:\n%s", code, p.Stderr())
		}
		v := lastStats(t, p).Video
		if v.Lagged+v.Skipped == 0 || try == 3 {
			return p, recordings(t, server, "x", 1)[0]
		}
		t.Logf("try %d: %d lagged, %d skipped", try, v.Lagged, v.Skipped)
	}
}

func checkStats(t *testing.T, p *testrig.Program) {
	t.Helper()
	all, last := stats(t, p), lastStats(t, p)
	t.Logf("stats: %d lines, %.2f cores, encoded %d, lagged %d, skipped %d", len(all), last.CPUCores,
		last.Video.Encoded, last.Video.Lagged, last.Video.Skipped)
	if len(all) < 8 || len(all) > 14 {
		t.Errorf("%d lines of stats in 10 s", len(all))
	}
	if len(last.Outputs) != 1 || last.Outputs[0].Protocol != "rtmp" || last.Outputs[0].SentBytes == 0 || last.Outputs[0].Error != "" {
		t.Errorf("outputs: %+v", last.Outputs)
	}
	middle := all[len(all)/2]
	for _, level := range middle.Audio.LevelDB {
		if math.Abs(level-toneDB) > 3 {
			t.Errorf("meters show %v dBFS, the tone has %d", middle.Audio.LevelDB, toneDB)
		}
	}
	if len(middle.Audio.LevelDB) != 2 || middle.Outputs[0].State != "live" || middle.Video.Encoder == "" {
		t.Errorf("half-way: %+v", middle)
	}
}

func checkMedia(t *testing.T, file string) {
	t.Helper()
	m, err := testrig.Probe(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	v, a := m.First("video"), m.First("audio")
	t.Logf("received: %s %s %dx%d %s, %d pictures; %s %d Hz, %d channels", v.Codec, v.Profile, v.Width, v.Height, v.FrameRate,
		v.Frames, a.Codec, a.SampleRate, a.Channels)
	if v.Codec != "h264" || v.Width != 1280 || v.Height != 720 || v.FrameRate != "30/1" || v.PixelFormat != "yuv420p" || v.HasBFrames != 0 {
		t.Errorf("video: %+v", v)
	}
	if v.ColorSpace != "bt709" || v.ColorPrimaries != "bt709" || v.ColorTransfer != "bt709" || v.ColorRange != "tv" {
		t.Errorf("colours are signalled as %+v", v)
	}
	if v.Frames < 297 || v.Frames > 303 {
		t.Errorf("%d pictures in 10 s at 30 fps", v.Frames)
	}
	if a.Codec != "aac" || a.SampleRate != 48000 || a.Channels != 2 {
		t.Errorf("audio: %+v", a)
	}
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Error(err)
	}
}

func checkTone(t *testing.T, file string) {
	t.Helper()
	pcm, err := testrig.ReadPCM(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	seconds := float64(len(pcm)) / testrig.SampleRate
	if math.Abs(seconds-10) > 0.3 {
		t.Fatalf("%.2f s of sound", seconds)
	}
	pcm = pcm[3*testrig.SampleRate:] // the sound server needs a while to begin
	tone, level, other := pcm.ToneLevel(toneHz), pcm.Level(), pcm.ToneLevel(2*toneHz)
	t.Logf("sound: %.2f s, tone %.1f dBFS of %.1f, its octave %.1f", seconds, tone, level, other)
	if math.Abs(tone-toneDB) > 1 || level > tone+0.5 || other > toneDB-40 {
		t.Error("the sound is not the tone that was played")
	}
}

// checkColours compares the flat parts of the card with what was drawn on the display.
func checkColours(t *testing.T, file string) {
	t.Helper()
	img, err := testrig.Picture(t.Context(), file, 150)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for _, p := range testcard.Patches(img.Rect.Dx(), img.Rect.Dy()) {
		r, g, b := testrig.Mean(img, p.Bounds)
		off := max(math.Abs(r-float64(p.Color.R)), math.Abs(g-float64(p.Color.G)), math.Abs(b-float64(p.Color.B)))
		if worst = max(worst, off); off > 5 {
			t.Errorf("%s is %.1f %.1f %.1f", p.Name, r, g, b)
		}
	}
	t.Logf("colours: at most %.1f of 255 levels off", worst)
}

// checkMotion reads the clock of each picture: it must go on by about a picture's time in each.
func checkMotion(t *testing.T, file string) {
	t.Helper()
	stamps := stampsOf(t, file)
	repeated := 0
	for i := range stamps[1:] {
		step := stamps[i+1].drawn.Sub(stamps[i].drawn)
		if step < 0 {
			t.Errorf("picture %d is older than the one before, by %v", i+1, -step)
		}
		if step == 0 {
			repeated++
		}
	}
	t.Logf("motion: %d of %d pictures repeat the one before", repeated, len(stamps))
	if repeated > len(stamps)/10 {
		t.Error("the picture does not move smoothly")
	}
}

// A stamp is what the clock strip of a picture says.
type stamp struct {
	drawn time.Time
	frame uint32
}

func stampsOf(t *testing.T, file string) []stamp {
	t.Helper()
	var all []stamp
	err := testrig.EachLuma(t.Context(), file, func(n int, l testrig.Luma) error {
		drawn, frame, err := testcard.Decode(l.At, l.Width, l.Height)
		all = append(all, stamp{drawn, frame})
		return err
	})
	if err != nil {
		t.Fatalf("%s: picture %d: %v", strings.TrimPrefix(file, "/"), len(all), err)
	}
	return all
}
