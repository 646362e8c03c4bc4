package publish

import (
	"errors"
	"fmt"
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

// feed feeds a replay with so many seconds of pictures of 1000 bytes, ten a second, a key frame in each second.
func feed(r *replay, seconds int) {
	video := &encoder.Stream{Codec: encoder.H264}
	for n := range seconds * 10 {
		at := time.Duration(n) * 100 * time.Millisecond
		r.add(&encoder.Packet{Stream: video, PTS: at, DTS: at, Keyframe: n%10 == 0, Data: [][]byte{make([]byte, 1000)}})
	}
}

func TestReplayKeepsWholeGroups(t *testing.T) {
	for _, c := range []struct {
		name        string
		keep        time.Duration
		limit, want int // bytes; packets
	}{
		{"time", 3 * time.Second, 1 << 20, 40},
		{"all", time.Minute, 1 << 20, 200},
		{"bytes", time.Minute, 35_000, 30},
		{"less than a group", time.Minute, 5_000, 0},
	} {
		r := &replay{keep: c.keep, limit: c.limit}
		feed(r, 20)
		got := r.packets()
		if len(got) != c.want {
			t.Errorf("%s: %d packets, want %d", c.name, len(got), c.want)
			continue
		}
		if len(got) > 0 && (!got[0].Keyframe || got[len(got)-1].DTS != 19900*time.Millisecond) {
			t.Errorf("%s: from %v to %v", c.name, got[0].DTS, got[len(got)-1].DTS)
		}
	}
}

func TestSaveReplayWhileLive(t *testing.T) {
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	c := testConfig()
	c.Replay, c.ReplayFolder, c.KeyInterval = 2*time.Second, filepath.Join(t.TempDir(), "new"), time.Second
	b := startBroadcast(t, c)
	if _, err := b.SaveReplay(); !errors.Is(err, ErrNoReplay) {
		t.Errorf("before it is live: %v", err)
	}
	goLive(t, b, "", OutputConfig{Name: "steady", Destination: destination(t, server.URL("x"), "")})
	eventually(t, "five seconds", func() bool { return b.Stats().UptimeS > 5 })
	var saved []string
	for range 2 {
		begin := time.Now()
		path, err := b.SaveReplay()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("saved in %v", time.Since(begin))
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("saving took %v", took)
		}
		saved = append(saved, path)
	}
	endLive(t, b)
	if saved[0] == saved[1] {
		t.Errorf("the second replay is %s too", saved[0])
	}
	for _, path := range saved {
		if filepath.Dir(path) != c.ReplayFolder {
			t.Errorf("saved as %s", path)
		}
		m, err := testrig.Probe(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := testrig.DecodeStrict(t.Context(), path); err != nil {
			t.Error(err)
		}
		if math.Abs(m.Format.Duration-2.5) > 0.8 || m.First("audio").Frames == 0 {
			t.Errorf("%v s with %d pictures and %d of sound", m.Format.Duration, m.First("video").Frames, m.First("audio").Frames)
		}
	}
	s := b.Stats()
	if s.Outputs[0].DroppedFrames != 0 {
		t.Errorf("%d pictures lost", s.Outputs[0].DroppedFrames)
	}
	if _, err := b.SaveReplay(); !errors.Is(err, ErrNoReplay) {
		t.Errorf("after it was live: %v", err)
	}
}

func TestReplayThatCannotBeSaved(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	r := &replay{keep: time.Second, limit: 1 << 20, folder: file}
	if _, err := r.save(time.Now()); !errors.Is(err, ErrNoReplay) {
		t.Errorf("of nothing: %v", err)
	}
	feed(r, 2)
	if _, err := r.save(time.Now()); err == nil {
		t.Error("saved below a file")
	}
}

func TestPauseRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.mp4")
	b := startBroadcast(t, testConfig())
	goLive(t, b, file)
	eventually(t, "a second", func() bool { return b.Stats().Video.Encoded > 30 })
	b.PauseRecording(true)
	paused := b.Stats()
	if !paused.Recording.Paused {
		t.Errorf("%+v", paused.Recording)
	}
	eventually(t, "two seconds", func() bool { return b.Stats().Video.Encoded > paused.Video.Encoded+60 })
	resumed := b.Stats().Video.Encoded
	b.PauseRecording(false)
	eventually(t, "another", func() bool { return b.Stats().Video.Encoded > resumed+30 })
	endLive(t, b)
	all := int(b.Stats().Video.Encoded)
	if got := pictures(t, file); got < 50 || got > all-55 {
		t.Errorf("%d pictures of %d, of which some 60 came in the pause", got, all)
	}
	times, err := testrig.FrameTimes(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range times[1:] {
		if step := times[i+1] - times[i]; step > 0.5 {
			t.Errorf("a gap of %.2f s", step)
		}
	}
}

// A recording with a bit rate of its own has all pictures that were encoded for it, and the stream has its own.
func TestRecordingAtABitRateOfItsOwn(t *testing.T) {
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	folder := t.TempDir()
	c := testConfig()
	c.BitRate, c.RecordBitRate, c.SplitTime, c.KeyInterval = 1_000_000, 150_000, 2*time.Second, time.Second
	c.Replay, c.Audio = time.Second, []string{"none"}
	b := startBroadcast(t, c)
	goLive(t, b, filepath.Join(folder, "a.mp4"), OutputConfig{Name: "steady", Destination: destination(t, server.URL("x"), "")})
	eventually(t, "five seconds", func() bool { return b.Stats().UptimeS > 5 })
	replayed, err := b.SaveReplay()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(replayed, filepath.Join(t.TempDir(), "replay.mp4")); err != nil {
		t.Fatal(err)
	}
	endLive(t, b)
	s := b.Stats()
	if s.Recording.Error != "" || s.Recording.Encoder != "libx264" || s.Recording.TargetKbps != 150 || s.Recording.Encoded < 100 {
		t.Errorf("%+v", s.Recording)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.mp4"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	sum, size := 0, int64(0)
	for _, f := range files {
		if err := testrig.DecodeStrict(t.Context(), f); err != nil {
			t.Error(err)
		}
		sum += pictures(t, f)
		size += length(t, f)
	}
	received, err := server.Recordings("x")
	if err != nil || len(received) != 1 {
		t.Fatalf("%v, %v", received, err)
	}
	eventually(t, "the end of the server's file", func() bool { return pictures(t, received[0]) == int(s.Video.Encoded) })
	if sum != int(s.Recording.Encoded) {
		t.Errorf("%d pictures in the files, %d were encoded for them", sum, s.Recording.Encoded)
	}
	if streamed := length(t, received[0]); size*3/2 > streamed {
		t.Errorf("%d bytes recorded at 150 kb/s, %d streamed at 1 Mb/s", size, streamed)
	}
}

func length(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// Each sound source can have a track of its own in the recording, and the stream has the mix alone.
func TestRecordingOfEachSound(t *testing.T) {
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	for _, ending := range []string{".mp4", ".mkv", ".ts"} {
		t.Run(ending, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a"+ending)
			c := testConfig()
			c.Audio, c.RecordSounds = []string{"tone", "tone"}, true
			b := startBroadcast(t, c)
			b.SetMuted(1, true)
			stream := "x" + ending[1:]
			goLive(t, b, file, OutputConfig{Name: "steady", Destination: destination(t, server.URL(stream), "")})
			eventually(t, "two seconds", func() bool { return b.Stats().UptimeS > 2 })
			endLive(t, b)
			if err := testrig.DecodeStrict(t.Context(), file); err != nil {
				t.Error(err)
			}
			if got, want := titles(t, file), "Mix Tone Tone"; ending != ".ts" && got != want {
				t.Errorf("the tracks are called %s, want %s", got, want)
			}
			loud := levels(t, file)
			if len(loud) != 3 || loud[0] < -40 || loud[1] < -40 || loud[2] > -80 {
				t.Errorf("tracks of %.0f dB; want the mix, a tone and silence", loud)
			}
			received, err := server.Recordings(stream)
			if err != nil || len(received) != 1 {
				t.Fatalf("%v, %v", received, err)
			}
			if got := levels(t, received[0]); len(got) != 1 {
				t.Errorf("the stream has sound of %.0f dB", got)
			}
		})
	}
}

// titles returns what the sounds of a file are called.
func titles(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "a",
		"-show_entries", "stream_tags=title,handler_name", "-of", "csv=p=0", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// levels returns how loud the sounds of a file are, in dB.
func levels(t *testing.T, file string) []float64 {
	t.Helper()
	m, err := testrig.Probe(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	for _, s := range m.Streams {
		if s.Type != "audio" {
			continue
		}
		one := filepath.Join(t.TempDir(), "one.wav")
		out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", file, "-map", fmt.Sprintf("0:a:%d", len(all)), one).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		pcm, err := testrig.ReadPCM(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pcm.Level())
	}
	return all
}
