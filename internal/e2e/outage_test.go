package e2e

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig"
)

// TestServerOutage sends to two servers, the embedded one and a file, and kills one of the servers half-way.
func TestServerOutage(t *testing.T) {
	s := newStage(t, image.Pt(1280, 720))
	steady := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	shaky := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	file := filepath.Join(t.TempDir(), "live.mp4")
	p := start(t, s.env, "live", "--video", "screen:0", "--audio", "desktop", "--to", steady.URL("a"), "--to", shaky.URL("b"),
		"--to", "local", "--http", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--webrtc", "127.0.0.1:0",
		"--record", file, "--size", "640x360", "--preset", "ultrafast", "--stats", "json")
	state := func(i int) string {
		if s := lastStats(t, p); len(s.Outputs) == 3 {
			return s.Outputs[i].State
		}
		return ""
	}
	until(t, p, 20*time.Second, "all outputs to be live", func() bool {
		return state(0) == "live" && state(1) == "live" && state(2) == "live"
	})
	shaky.Kill()
	until(t, p, 20*time.Second, "the loss to be noticed", func() bool { return state(1) == "reconnecting" })
	if text := lastStats(t, p).Outputs[1].Error; text == "" {
		t.Error("the stats do not say why it is reconnecting")
	}
	if err := shaky.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	until(t, p, 20*time.Second, "media at the server that came back", func() bool {
		files, err := shaky.Recordings("b")
		return err == nil && len(files) == 2 && size(files[1]) > 20_000
	})
	t.Logf("media at the server %v after it was back", time.Since(back).Round(time.Millisecond))
	if took := time.Since(back); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	until(t, p, 10*time.Second, "live again", func() bool { return state(1) == "live" })
	ended := time.Now()
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Stderr())
	}
	t.Logf("ended %v after the interrupt", time.Since(ended).Round(time.Millisecond))
	checkNothingLost(t, p, steady, shaky, file)
}

func checkNothingLost(t *testing.T, p *testrig.Program, steady, shaky *testrig.RTMPServer, file string) {
	t.Helper()
	last := lastStats(t, p)
	for _, i := range []int{0, 2} {
		o := last.Outputs[i]
		if o.DroppedFrames == nil || *o.DroppedFrames != 0 || o.Reconnects != 0 {
			t.Errorf("output %d: %+v", i, o)
		}
	}
	if last.Outputs[1].Reconnects < 1 {
		t.Errorf("output 1: %+v", last.Outputs[1])
	}
	recorded := stampsOf(t, file)
	t.Logf("%d pictures recorded, at least %d encoded, %d skipped, %d lagged", len(recorded), last.Video.Encoded,
		last.Video.Skipped, last.Video.Lagged)
	if len(recorded) < last.Video.Encoded {
		t.Errorf("the recording has %d pictures of %d", len(recorded), last.Video.Encoded)
	}
	sent := recordings(t, steady, "a", 1)[0]
	received := stampsOf(t, sent)
	first := slices.Index(recorded, received[0])
	if first < 0 || !slices.Equal(recorded[first:], received) {
		t.Errorf("the server that stayed has %d pictures, from number %d of the recording's %d on", len(received), first, len(recorded))
	}
	for _, f := range []string{file, sent, recordings(t, shaky, "b", 2)[1]} {
		if err := testrig.DecodeStrict(t.Context(), f); err != nil {
			t.Error(err)
		}
	}
}

func size(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}
