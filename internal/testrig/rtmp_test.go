package testrig_test

import (
	"context"
	"math"
	"os"
	"os/exec"
	"testing"
	"time"

	"golive/internal/testrig"
)

// publish sends two seconds of a test picture and a tone with FFmpeg, and returns its exit code and what it printed.
func publish(t *testing.T, url string, env ...string) (int, string) {
	t.Helper()
	p, err := testrig.StartProgram("/usr/bin/ffmpeg", env, "-nostdin", "-v", "error",
		"-f", "lavfi", "-i", "smptehdbars=size=320x180:rate=30:duration=2",
		"-f", "lavfi", "-i", "sine=frequency=700:sample_rate=48000:duration=2",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-c:v", "libx264", "-preset", "ultrafast",
		"-colorspace", "bt709", "-color_range", "tv", "-g", "30", "-c:a", "aac", "-ac", "2", "-f", "flv", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	code, err := p.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return code, p.Stderr()
}

// recording returns the file that the server made of a stream.
func recording(t *testing.T, s *testrig.RTMPServer, stream string) string {
	t.Helper()
	files, err := s.Recordings(stream)
	if err != nil || len(files) != 1 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	return files[0]
}

func TestRTMPServerRecords(t *testing.T) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	if code, text := publish(t, s.URL("x")); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	file := recording(t, s, "x")
	m, err := testrig.Probe(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	v, a := m.First("video"), m.First("audio")
	if v.Codec != "h264" || v.Width != 320 || v.Height != 180 || v.Frames != 60 || v.ColorSpace != "bt709" || v.ColorRange != "tv" {
		t.Errorf("video: %+v", v)
	}
	if a.Codec != "aac" || a.SampleRate != 48000 || a.Channels != 2 {
		t.Errorf("audio: %+v", a)
	}
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Error(err)
	}
	times, err := testrig.FrameTimes(t.Context(), file)
	if err != nil || len(times) != 60 {
		t.Errorf("%d frame times, %v", len(times), err)
	}
	clock, err := testrig.ReadSoundClock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if second := clock.Time(48000) - clock.Time(0); math.Abs(second-1) > 0.002 {
		t.Errorf("48000 samples last %v s", second)
	}
	pcm, err := testrig.ReadPCM(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if tone, level := pcm.ToneLevel(700), pcm.Level(); tone < level-1 || pcm.ToneLevel(900) > level-20 {
		t.Errorf("tone %.1f dBFS of %.1f, %.1f at another pitch", tone, level, pcm.ToneLevel(900))
	}
}

func TestRTMPServerRefusesOtherKeys(t *testing.T) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{Key: "sesame"})
	if code, _ := publish(t, s.URL("guess")); code == 0 {
		t.Error("a wrong key was accepted")
	}
	if code, text := publish(t, s.URL("sesame")); code != 0 {
		t.Error("the key was refused: ", text)
	}
}

func TestRTMPServerComesBack(t *testing.T) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	s.Kill()
	if code, _ := publish(t, s.URL("x")); code == 0 {
		t.Fatal("published to a server that was killed")
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, text := publish(t, s.URL("x")); code != 0 {
		t.Fatal("not back: ", text)
	}
}

func TestTLSFrontPassesOn(t *testing.T) {
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	front, err := testrig.StartTLS(s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	// FFmpeg checks certificates only when it is told to.
	if code, text := publish(t, front.URL("x")); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	if err := testrig.DecodeStrict(t.Context(), recording(t, s, "x")); err != nil {
		t.Error(err)
	}
	if out, err := exec.Command("openssl", "s_client", "-connect", front.Addr, "-CAfile", front.CAFile,
		"-verify_return_error", "-brief").CombinedOutput(); err != nil {
		t.Errorf("certificate: %v: %s", err, out)
	}
	front.Close()
	front.Close() // twice is fine
	if _, err := os.Stat(front.CAFile); !os.IsNotExist(err) {
		t.Error("its certificate is still there: ", err)
	}
}
