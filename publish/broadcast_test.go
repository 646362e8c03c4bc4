package publish

import (
	"context"
	"encoding/json"
	"errors"
	"image"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/internal/testrig"
)

func testConfig() Config {
	return Config{
		Video: "pattern", Audio: []string{"tone"}, Size: image.Pt(320, 180), FrameRate: capture.Rational{Num: 30, Den: 1},
		Codec: encoder.H264, Preset: "ultrafast", BitRate: 500_000, AudioBitRate: 160_000, KeyInterval: 2 * time.Second, Log: discard,
	}
}

func startBroadcast(t *testing.T, c Config) *Broadcast {
	t.Helper()
	b, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func goLive(t *testing.T, b *Broadcast, record string, outputs ...OutputConfig) {
	t.Helper()
	if err := b.GoLive(record, outputs); err != nil {
		t.Fatal(err)
	}
}

// endLive ends it and checks the time that it took.
func endLive(t *testing.T, b *Broadcast) {
	t.Helper()
	begin := time.Now()
	if err := b.EndLive(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("EndLive took %v", took)
	}
}

func TestBroadcastToSeveral(t *testing.T) {
	steady := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	killed := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	file := filepath.Join(t.TempDir(), "a.mp4")
	b := startBroadcast(t, testConfig())
	goLive(t, b, file,
		OutputConfig{Name: "steady", Destination: destination(t, steady.URL("x"), "")},
		OutputConfig{Name: "killed", Destination: destination(t, killed.URL("x"), "")},
		OutputConfig{Name: "This computer", Destination: Local(startServer(t), "live")})

	eventually(t, "three that are live", func() bool { return states(b, Live, Live, Live) })
	eventually(t, "half a second", func() bool { return b.Stats().Video.Encoded > 15 })
	killed.Kill()
	eventually(t, "a loss", func() bool { return states(b, Live, Reconnecting, Live) })
	if problem := b.Stats().Outputs[1].Error; !strings.HasPrefix(problem, "rtmp://"+killed.Addr+"/live ") {
		t.Errorf("the lost one says %q", problem)
	}
	if err := killed.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	eventually(t, "a return", func() bool { return states(b, Live, Live, Live) })
	t.Logf("back %v after its server", time.Since(back))
	eventually(t, "a whole second", func() bool { return b.Stats().UptimeS > 3 })

	s := b.Stats()
	if s.Video.FPS < 20 || s.Video.BitrateKbps == 0 || s.Outputs[0].BitrateKbps == 0 || s.Video.Encoder != "libx264" || s.Outputs[1].Reconnects != 1 {
		t.Errorf("%+v", s)
	}
	endLive(t, b)
	s = b.Stats()
	if !states(b, Stopped, Stopped, Stopped) || s.Outputs[0].DroppedFrames != 0 || s.Outputs[2].DroppedFrames != 0 || s.Outputs[1].DroppedFrames == 0 {
		t.Errorf("%+v", s.Outputs)
	}
	if s.Recording.Path != file || s.Recording.Bytes == 0 || s.Recording.Error != "" {
		t.Errorf("%+v", s.Recording)
	}
	files, err := steady.Recordings("x")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	eventually(t, "the end of the server's file", func() bool { return pictures(t, files[0]) == int(s.Video.Encoded) })
	for _, f := range []string{file, files[0]} {
		checkBroadcastFile(t, f, int(s.Video.Encoded))
	}
}

func states(b *Broadcast, want ...State) bool {
	var got []State
	for _, o := range b.Stats().Outputs {
		got = append(got, o.State)
	}
	return slices.Equal(got, want)
}

func pictures(t *testing.T, file string) int {
	m, err := testrig.Probe(t.Context(), file)
	if err != nil {
		return -1
	}
	return m.First("video").Frames
}

// checkBroadcastFile expects all pictures in a file, the tone in its sound, and both in step.
func checkBroadcastFile(t *testing.T, file string, want int) {
	t.Helper()
	if got := pictures(t, file); got != want {
		t.Errorf("%s: %d of %d pictures", file, got, want)
	}
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Errorf("%s: %v", file, err)
	}
	pcm, err := testrig.ReadPCM(t.Context(), file)
	if err != nil || pcm.Level() < -40 {
		t.Errorf("%s: sound of %v dB, %v", file, pcm.Level(), err)
	}
	clock, err := testrig.ReadSoundClock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	times, err := testrig.FrameTimes(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if start := clock.Time(0); math.Abs(start-times[0]) > 0.05 {
		t.Errorf("%s: sound begins at %v, pictures at %v", file, start, times[0])
	}
	seconds := times[len(times)-1] - times[0]
	if sound := float64(len(pcm)) / 48000; math.Abs(sound-seconds) > 0.3 {
		t.Errorf("%s: %.2f s of sound, %.2f s of pictures", file, sound, seconds)
	}
}

func TestBroadcastWithLookAhead(t *testing.T) {
	c := testConfig()
	c.LookAhead, c.Preset = true, "veryfast"
	c.FrameRate = capture.Rational{Num: 30000, Den: 1001}
	s := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	file := filepath.Join(t.TempDir(), "a.mp4")
	b := startBroadcast(t, c)
	goLive(t, b, file, OutputConfig{Name: "x", Destination: destination(t, s.URL("x"), "")})
	eventually(t, "two seconds", func() bool { return b.Stats().Video.Encoded > 60 })
	endLive(t, b)
	encoded := int(b.Stats().Video.Encoded)
	files, err := s.Recordings("x")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	eventually(t, "the end of the server's file", func() bool { return pictures(t, files[0]) == encoded })
	for _, f := range []string{file, files[0]} {
		if got := pictures(t, f); got != encoded {
			t.Errorf("%s: %d of %d pictures", f, got, encoded)
		}
		if err := testrig.DecodeStrict(t.Context(), f); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if m, _ := testrig.Probe(t.Context(), f); m.First("video").HasBFrames == 0 {
			t.Errorf("%s: no B-frames", f)
		}
	}
}

func TestBroadcastAgainAndAgain(t *testing.T) {
	b := startBroadcast(t, testConfig())
	p := startPeer(t, nil)
	for range 3 {
		goLive(t, b, "", OutputConfig{Name: "p", Destination: destination(t, p.URL, "k")})
		if err := b.GoLive("", nil); err == nil {
			t.Error("live twice at once")
		}
		eventually(t, "ten pictures", func() bool { return b.Stats().Video.Encoded >= 10 })
		endLive(t, b)
		if err := b.EndLive(); err != nil {
			t.Error(err)
		}
	}
	b.Close()
	if err := b.GoLive("", nil); err == nil {
		t.Error("live when closed")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dials != 3 || len(p.keys) < 30 || !p.keys[0] {
		t.Errorf("%d connections, %d pictures", p.dials, len(p.keys))
	}
}

func TestGoLiveRefusesBeforeAnythingBegins(t *testing.T) {
	p := startPeer(t, nil)
	dir := t.TempDir()
	file := filepath.Join(dir, "a.mp4")
	for _, c := range []struct {
		name   string
		change func(*Config)
		record string
		is     error
		says   string
		to     string
	}{
		{"codec", func(c *Config) { c.Codec = encoder.AV1 }, "", ErrCodec, "there takes h264, not av1", "rtmp://live.twitch.tv/app"},
		{"encoder", func(c *Config) { c.Encoder = "h264_none" }, file, encoder.ErrNoEncoder, "h264_none", p.URL},
		{"recording", func(*Config) {}, dir, nil, "is a folder", p.URL},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := testConfig()
			c.change(&config)
			b := startBroadcast(t, config)
			err := b.GoLive(c.record, []OutputConfig{{Name: "there", Destination: destination(t, c.to, "k")}})
			if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want it to say %q", err, c.says)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 || p.dials > 0 {
		t.Errorf("left behind: %v, and %d connections", left, p.dials)
	}
}

func TestStartRefuses(t *testing.T) {
	for _, c := range []struct {
		video string
		audio []string
		is    error
	}{
		{"hologram", nil, capture.ErrBadSpec},
		{"camera:0", nil, capture.ErrUnsupported},
		{"pattern", []string{"theremin"}, capture.ErrBadSpec},
	} {
		config := testConfig()
		config.Video, config.Audio = c.video, c.audio
		b, err := Start(t.Context(), config)
		if !errors.Is(err, c.is) {
			t.Errorf("%s, %v: %v, want %v", c.video, c.audio, err, c.is)
		}
		if err == nil {
			b.Close()
		}
	}
}

func TestBroadcastEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b, err := Start(ctx, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.mp4")
	goLive(t, b, file)
	eventually(t, "a second", func() bool { return b.Stats().Video.Encoded > 30 }) // a source is silent at first
	cancel()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "the end", b.isClosed)
	b.Close()
	checkBroadcastFile(t, file, int(b.Stats().Video.Encoded))
}

func TestAllRefused(t *testing.T) {
	b := startBroadcast(t, testConfig())
	if b.AllRefused() {
		t.Error("before going live")
	}
	no, down := startPeer(t, refusingPeer), startPeer(t, nil)
	down.close()
	goLive(t, b, "", OutputConfig{Name: "a", Destination: destination(t, no.URL, "k")}, OutputConfig{Name: "b", Destination: destination(t, down.URL, "k")})
	eventually(t, "a refusal", func() bool { return states(b, Refused, Connecting) })
	if b.AllRefused() {
		t.Error("one is only down")
	}
	endLive(t, b)
	goLive(t, b, "", OutputConfig{Name: "a", Destination: destination(t, no.URL, "k")})
	eventually(t, "the refusal of all", b.AllRefused)
}

func TestPreviewAndMeters(t *testing.T) {
	b := startBroadcast(t, testConfig())
	eventually(t, "a picture", func() bool {
		f := b.Frame()
		if f == nil {
			return false
		}
		defer f.Release()
		return f.Width == 320 && f.Height == 180
	})
	eventually(t, "sound", func() bool { return b.Stats().Audio.LevelDB[0] > -40 })
	if s := b.Stats(); len(s.Audio.Sources) != 1 || s.Audio.Sources[0].Spec != "tone" || s.Audio.Sources[0].LevelDB[0] < -40 || !states(b) {
		t.Errorf("%+v", s)
	}
	b.SetMuted(0, true)
	b.SetMuted(7, true)
	eventually(t, "silence", func() bool { return b.Stats().Audio.LevelDB[0] < -60 })
	if !b.Stats().Audio.Sources[0].Muted {
		t.Error("not shown as muted")
	}
}

// Whoever ends a live, and whoever comes later, is told what became of its recording.
func TestEveryEndTellsTheRecordingsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b, err := Start(ctx, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	goLive(t, b, filepath.Join(t.TempDir(), "good.mp4"))
	eventually(t, "pictures", func() bool { return b.Stats().Video.Encoded > 5 })
	endLive(t, b)
	goLive(t, b, filepath.Join(t.TempDir(), "bad.mp4"))
	stranger := &encoder.Packet{Stream: &encoder.Stream{Codec: encoder.HEVC}, Keyframe: true}
	b.live.Load().file.WritePacket(stranger)
	cancel()
	eventually(t, "the end", b.isClosed)
	for what, end := range map[string]func() error{"EndLive": b.EndLive, "Close": b.Close} {
		if err := end(); err == nil || !strings.Contains(err.Error(), "bad.mp4") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The first stats line after a second tells of that second.
func TestFirstStatsHaveTheUsage(t *testing.T) {
	b := startBroadcast(t, testConfig())
	goLive(t, b, "")
	eventually(t, "a second of pictures", func() bool { return b.Uptime() > time.Second })
	if s := b.Stats(); s.CPUCores <= 0 || s.RSSMB <= 0 {
		t.Errorf("%v cores, %d MB", s.CPUCores, s.RSSMB)
	}
}

// The shape of the stats line is fixed, whatever the numbers are.
func TestStatsLine(t *testing.T) {
	b := startBroadcast(t, testConfig())
	check := func(what string, outputs int) {
		t.Helper()
		line, err := json.Marshal(b.Stats())
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(line), "null") || len(got["outputs"].([]any)) != outputs {
			t.Errorf("%s: %s", what, line)
		}
		want := map[string]string{
			"":           "audio cpu_cores latency_ms outputs recording rss_mb slate time upload uptime_s video",
			"video":      "bitrate_kbps capture_ms captured economy encode_ms encoded encoder fps lagged left_out notice preset skipped target_kbps",
			"audio":      "drift_ms level_db",
			"recording":  "bytes error path",
			"latency_ms": "p50 p95 viewers",
		}
		for part, names := range want {
			object := got
			if part != "" {
				object = got[part].(map[string]any)
			}
			if keys := sortedKeys(object); keys != names {
				t.Errorf("%s: %s has %s", what, part, keys)
			}
		}
		if outputs > 0 {
			keys := sortedKeys(got["outputs"].([]any)[0].(map[string]any))
			if keys != "acked_kbps backup bitrate_kbps dropped dropped_frames error estimate_kbps loss name protocol queue_ms reconnects resent rtt_ms sent_bytes since state" {
				t.Errorf("%s: outputs have %s", what, keys)
			}
		}
		if levels := got["audio"].(map[string]any)["level_db"].([]any); len(levels) != 2 {
			t.Errorf("%s: %v", what, levels)
		}
	}
	check("before", 0)
	goLive(t, b, "", OutputConfig{Name: "p", Destination: destination(t, startPeer(t, nil).URL, "k")})
	eventually(t, "numbers", func() bool { s := b.Stats(); return s.UptimeS > 1.2 && s.CPUCores > 0 && s.RSSMB > 10 })
	check("live", 1)
	endLive(t, b)
	check("after", 1)
}

func sortedKeys(m map[string]any) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}
