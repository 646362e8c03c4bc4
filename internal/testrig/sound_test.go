package testrig_test

import (
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
)

// hear records seconds of a source, and returns the sound and when its first sample arrived.
func hear(t *testing.T, s *testrig.Sound, source string, seconds float64) (testrig.PCM, time.Time) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "parec", "--raw", "--format=float32le", "--rate=48000", "--channels=1",
		"--latency-msec=5", "--device="+source)
	cmd.Env = append(os.Environ(), s.Env()...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	var pcm testrig.PCM
	start := time.Now().Add(time.Hour)
	block := make([]byte, 4*240)
	for len(pcm) < int(seconds*testrig.SampleRate) {
		if _, err := io.ReadFull(out, block); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(block); i += 4 {
			pcm = append(pcm, math.Float32frombits(binary.LittleEndian.Uint32(block[i:])))
		}
		// Blocks arrive late, never early: the earliest tells when recording began.
		began := time.Now().Add(-time.Duration(len(pcm)) * time.Second / testrig.SampleRate)
		if began.Before(start) {
			start = began
		}
	}
	return pcm, start
}

func TestSoundPlaysTone(t *testing.T) {
	s := startSound(t)
	if err := s.PlayTone(440, -20); err != nil {
		t.Fatal(err)
	}
	if err := s.Play(testrig.MicFeed, testrig.Tone(1500, -30)); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ hz, db float64 }{
		"@DEFAULT_MONITOR@": {440, -20},
		"@DEFAULT_SOURCE@":  {1500, -30},
	}
	for source, want := range tests {
		pcm, _ := hear(t, s, source, 1)
		pcm = pcm[testrig.SampleRate/2:] // the player may have begun in between
		if tone := pcm.ToneLevel(want.hz); math.Abs(tone-want.db) > 0.5 {
			t.Errorf("%s: tone of %v Hz at %.1f dBFS, want %.1f", source, want.hz, tone, want.db)
		}
		if level, other := pcm.Level(), pcm.ToneLevel(900); math.Abs(level-want.db) > 0.5 || other > -60 {
			t.Errorf("%s: level %.1f dBFS, %.1f at another pitch", source, level, other)
		}
	}
}

func TestBeepsComeAtWholeSeconds(t *testing.T) {
	s := startSound(t)
	if err := s.PlayBeeps(); err != nil {
		t.Fatal(err)
	}
	pcm, start := hear(t, s, testrig.Speaker+".monitor", 6)
	onsets := pcm.Onsets(testrig.BeepHz)
	if len(onsets) < 3 {
		t.Fatalf("heard %d beeps in 6 s", len(onsets))
	}
	for _, at := range onsets {
		heard := start.Add(time.Duration(at) * time.Second / testrig.SampleRate)
		late := heard.Sub(heard.Round(time.Second))
		t.Logf("beep %v after the whole second", late.Round(100*time.Microsecond))
		if late.Abs() > 100*time.Millisecond {
			t.Errorf("beep %v from the whole second", late)
		}
	}
}

func TestSoundLeavesNothing(t *testing.T) {
	s := startSound(t)
	if err := s.PlayTone(440, -20); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close() // twice is fine
	for _, variable := range s.Env() {
		_, path, _ := strings.Cut(strings.Replace(variable, "unix:", "", 1), "=")
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
}
