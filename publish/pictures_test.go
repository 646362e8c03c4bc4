package publish

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

// withFault returns the table of encoders with one of a graphics card ahead, which fails as fault says.
func withFault(fault func(picture int64) error) []encoder.Row {
	table := encoder.Table()
	x264 := table[slices.IndexFunc(table, func(r encoder.Row) bool { return r.Name == "libx264" })]
	return append([]encoder.Row{x264.Failing("h264_stub", fault)}, table...)
}

// record goes live to a server that records, and to a file, and returns both files when during has returned.
func record(t *testing.T, c Config, during func(*Broadcast)) (b *Broadcast, files []string) {
	t.Helper()
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	file := filepath.Join(t.TempDir(), "a.mp4")
	b = startBroadcast(t, c)
	goLive(t, b, file, OutputConfig{Name: "server", Destination: destination(t, server.URL("x"), "")}, OutputConfig{Name: "This computer", Destination: Local(startServer(t), "live")})
	eventually(t, "two that are live", func() bool { return states(b, Live, Live) })
	during(b)
	if err := b.Err(); err != nil {
		t.Error(err)
	}
	endLive(t, b)
	s := b.Stats()
	if s.Outputs[0].Reconnects != 0 || s.Outputs[0].DroppedFrames != 0 || s.Recording.Error != "" {
		t.Errorf("%+v, %+v", s.Outputs, s.Recording)
	}
	recorded, err := server.Recordings("x")
	if err != nil || len(recorded) != 1 {
		t.Fatalf("%v, %v", recorded, err)
	}
	eventually(t, "the end of the server's file", func() bool { return pictures(t, recorded[0]) == int(s.Video.Encoded) })
	files = []string{file, recorded[0]}
	for _, f := range files {
		checkBroadcastFile(t, f, int(s.Video.Encoded))
	}
	return b, files
}

// TestEncoderFailsWhileLive: the broadcast goes on with another encoder, and nobody who watches loses a picture.
func TestEncoderFailsWhileLive(t *testing.T) {
	c := testConfig()
	c.FrameRate, c.Encoder = capture.Rational{Num: 100, Den: 1}, "h264_stub"
	c.encoders = withFault(func(n int64) error {
		if n == 200 {
			return errors.New("the card is gone")
		}
		return nil
	})
	b, _ := record(t, c, func(b *Broadcast) {
		if name := b.Stats().Video.Encoder; name != "h264_stub" {
			t.Errorf("it begins with %s", name)
		}
		eventually(t, "libx264", func() bool { return b.Stats().Video.Encoder == "libx264" })
		n := b.Stats().Video.Encoded
		eventually(t, "more pictures", func() bool { return b.Stats().Video.Encoded > n+100 })
	})
	s := b.Stats().Video
	if s.Captured-s.Skipped-s.Encoded > 2 || !strings.Contains(s.Notice, "h264_stub failed") {
		t.Errorf("%+v", s)
	}
}

// TestOverload: an encoder that has no rest takes a faster preset, which here needs other parameters at the receivers.
func TestOverload(t *testing.T) {
	c := testConfig()
	c.Encoder, c.Preset = "h264_stub", "superfast"
	opened := 0
	c.encoders = withFault(func(n int64) error {
		if n == 0 {
			opened++
		}
		if opened == 1 { // slower than pictures come; opened anew, it is fast enough
			<-time.After(45 * time.Millisecond)
		}
		return nil
	})
	b, _ := record(t, c, func(b *Broadcast) {
		eventually(t, "a faster preset", func() bool { return b.Stats().Video.Preset == "ultrafast" })
		n := b.Stats().Video.Encoded
		eventually(t, "more pictures", func() bool { return b.Stats().Video.Encoded > n+45 })
	})
	s := b.Stats().Video
	if s.Skipped == 0 || s.Encoder != "h264_stub" || !strings.Contains(s.Notice, "ultrafast") {
		t.Errorf("%+v", s)
	}
}

// TestBitRate changes the rate of pictures that need all of it, and looks at what the server got.
func TestBitRate(t *testing.T) {
	size := image.Pt(960, 540)
	d, err := testrig.StartDisplay(t.Context(), size)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	motion, err := card.Start(card.Config{Display: d.Name, FPS: 30, Motion: true})
	if err != nil {
		t.Fatal(err)
	}
	defer motion.Close()
	t.Setenv("DISPLAY", d.Name)
	c := testConfig()
	c.Video, c.Size, c.BitRate = "screen:0", size, 6_000_000
	const phase = 3 // seconds
	rates := []int{6_000_000, 2_000_000, 6_000_000}
	var began []float64
	b, files := record(t, c, func(b *Broadcast) {
		for _, bps := range rates {
			if err := b.SetBitRate(bps); err != nil {
				t.Error(err)
			}
			from := b.Uptime().Seconds()
			began = append(began, from)
			eventually(t, "the next rate", func() bool { return b.Uptime().Seconds() > from+phase })
		}
	})
	for _, bad := range []int{0, 1_000_000_000} {
		if err := b.SetBitRate(bad); !errors.Is(err, encoder.ErrNoEncoder) {
			t.Errorf("%d bit/s: %v", bad, err)
		}
	}
	for _, f := range files {
		for i, bps := range rates {
			got := bitRate(t, f, began[i]+1, began[i]+phase)
			t.Logf("%s: %d kb/s asked for, %.0f received", filepath.Ext(f), bps/1000, got/1000)
			if math.Abs(got/float64(bps)-1) > 0.4 {
				t.Errorf("%s: %.0f bit/s, want %d", f, got, bps)
			}
		}
	}
}

// bitRate returns how many bit/s of pictures a file has between two times, in seconds.
func bitRate(t *testing.T, file string, from, to float64) float64 {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=dts_time,size", "-of", "csv=p=0", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for line := range strings.Lines(string(out)) {
		at, size, _ := strings.Cut(strings.TrimSpace(line), ",")
		seconds, err := strconv.ParseFloat(at, 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		bytes, err := strconv.ParseFloat(strings.TrimRight(size, ","), 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if seconds >= from && seconds < to {
			sum += bytes * 8
		}
	}
	return sum / (to - from)
}

// TestTiming lets FFmpeg find the times of key frames in what a server received, and in the file.
func TestTiming(t *testing.T) {
	c := testConfig()
	c.Timing, c.KeyInterval = true, 500*time.Millisecond
	begin := time.Now().Add(-time.Second).UTC()
	_, files := record(t, c, func(b *Broadcast) {
		eventually(t, "some key frames", func() bool { return b.Stats().Video.Encoded > 60 })
	})
	for _, f := range files {
		out, err := exec.Command("ffmpeg", "-nostdin", "-i", f, "-vf", "showinfo", "-f", "null", "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text := strings.ReplaceAll(string(out), "\n", " ")
		n := strings.Count(text, "UUID=0aecffe7-5272-4e2f-a62f-d19cd61a93b5")
		if n < 4 || n != strings.Count(text, "UUID=ca60e71c-6a8b-4388-a377-151df7bf8ac2") || n != strings.Count(text, "UUID=f1fbc1d5-101e-4fb5-a61e-b8ce3c07b8c0") {
			t.Errorf("%s: %d key frames with times", f, n)
		}
		// 03 four times; 01 text; 01 when it was taken; then a date of 24 characters.
		want := fmt.Sprintf("%x", begin.Format("2006-01-02T"))
		if !strings.Contains(strings.ReplaceAll(text, " ", ""), "030101"+want) {
			t.Errorf("%s: no time in:\n%.3000s", f, out)
		}
	}
}

// TestCodecs: what a destination cannot carry is refused before going live; a file holds every codec.
func TestCodecs(t *testing.T) {
	for _, codec := range []encoder.Codec{encoder.HEVC, encoder.AV1} {
		c := testConfig()
		c.Codec = codec
		b := startBroadcast(t, c)
		err := b.GoLive("", []OutputConfig{{Name: "server", Destination: destination(t, "rtmp://127.0.0.1:1/live/x", "")}})
		if !errors.Is(err, ErrCodec) {
			t.Errorf("%s to RTMP: %v", codec, err)
		}
		for _, ending := range []string{".mp4", ".mkv", ".ts"} {
			file := filepath.Join(t.TempDir(), "a"+ending)
			if codec == encoder.AV1 && ending == ".ts" {
				if err := b.GoLive(file, nil); !errors.Is(err, ErrCodec) || !strings.Contains(err.Error(), "record it in .mp4") {
					t.Errorf("%s in MPEG-TS: %v", codec, err)
				}
				continue
			}
			goLive(t, b, file)
			eventually(t, "a second", func() bool { return b.Uptime() > time.Second })
			endLive(t, b)
			checkBroadcastFile(t, file, int(b.Stats().Video.Encoded))
			m, err := testrig.Probe(t.Context(), file)
			if err != nil || m.First("video").Codec != string(codec) {
				t.Errorf("%+v, %v", m, err)
			}
		}
	}
}
