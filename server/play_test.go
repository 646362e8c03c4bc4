package server

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig"
)

// played are the pictures and the sound that FFmpeg got of a stream, decoded with errors fatal.
func played(t *testing.T, url string) (pictures int, sound []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sound.pcm")
	out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", url, "-t", "3", "-map", "0:v", "-f", "framemd5", "-",
		"-map", "0:a", "-t", "3", "-f", "s16le", "-ac", "1", "-ar", "48000", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", url, err, out)
	}
	if sound, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(out), "\n0,"), sound
}

// tone returns how much of a sound of 48 kHz is 440 Hz, by its pieces of 50 ms: 1 when it is nothing else.
func tone(pcm []byte) float64 {
	const piece = 2400
	var share float64
	n := 0
	for ; len(pcm) >= 2*piece; pcm, n = pcm[2*piece:], n+1 {
		var re, im, all float64
		for i := range piece {
			v := float64(int16(uint16(pcm[2*i]) | uint16(pcm[2*i+1])<<8))
			s, c := math.Sincos(2 * math.Pi * 440 * float64(i) / 48000)
			re, im, all = re+v*c, im+v*s, all+v*v
		}
		if all > 0 {
			share += 2 * (re*re + im*im) / (piece * all)
		}
	}
	return share / float64(max(n, 1))
}

// TestPlayers plays streams of either codec of sound over RTMP and SRT.
func TestPlayers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "aac", nil, encoder.H264, encoder.AAC)
	broadcast(t, s, "opus", func() {}, encoder.H264, encoder.Opus)
	srt := "srt://" + s.SRTAddr() + "?streamid="
	for name, url := range map[string]string{
		"RTMP, AAC": s.RTMPURL("aac"), "SRT, AAC": srt + "read:aac", "RTMP, Opus": s.RTMPURL("opus"), "SRT, Opus": srt + "#!::r=opus",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			n, sound := played(t, url)
			t.Logf("%d pictures, %d ms of sound, 440 Hz are %.2f of it, after %v", n, len(sound)/96, tone(sound), time.Since(begin))
			if n < 60 || len(sound) < 2*96_000 || tone(sound) < 0.8 {
				t.Errorf("%d pictures, %d ms of sound, 440 Hz are %.2f of it", n, len(sound)/96, tone(sound))
			}
		})
	}
	t.Run("the end", func(t *testing.T) {
		testrig.Eventually(t, "unused", func() bool { return s.stream("opus").Viewers() == 0 && s.stream("aac").Viewers() == 0 })
		for _, name := range []string{"aac", "opus"} {
			p := s.stream(name)
			p.mu.Lock()
			n := len(p.coders)
			p.mu.Unlock()
			if n != 0 {
				t.Errorf("%s is still coded for nobody", name)
			}
		}
	})
}

// TestSoundOverWebRTC watches a stream that has AAC alone: there must be sound, in step with the pictures.
func TestSoundOverWebRTC(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "x", func() {}, encoder.H264, encoder.AAC)
	v := watchWHEP(t, s, "x")
	v.wait(t)
	testrig.Eventually(t, "heard", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.audio > 50
	})
	if d := describedAs(t, s, "x"); !d.WebRTC.Audio || d.Viewers != 1 {
		t.Errorf("described as %+v", d)
	}
	_ = v.pc.Close()
	p := s.stream("x")
	testrig.Eventually(t, "unused", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.coders) == 0
	})
}
