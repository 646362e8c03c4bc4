package publish

import (
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/internal/testrig"
)

// withFault returns the table of encoders with one of a graphics card ahead, which fails as fault says.
func withFault(fault func(picture int64) error) []encoder.Row {
	table := encoder.Table()
	x264 := table[slices.IndexFunc(table, func(r encoder.Row) bool { return r.Name == "libx264" })]
	return append([]encoder.Row{x264.Failing("h264_stub", fault)}, table...)
}

// record goes live to a server that records, and to a file, and returns both files when during has
// returned.
func record(t *testing.T, c Config, during func(b *Broadcast, server *testrig.RTMPServer)) (b *Broadcast, files []string) {
	t.Helper()
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	file := filepath.Join(t.TempDir(), "a.mp4")
	b = startBroadcast(t, c)
	goLive(t, b, file, OutputConfig{Name: "server", Destination: destination(t, server.URL("x"), "")}, OutputConfig{Name: "This computer", Destination: Local(startServer(t), "live")})
	eventually(t, "two that are live", func() bool { return states(b, Live, Live) })
	during(b, server)
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
	b, _ := record(t, c, func(b *Broadcast, _ *testrig.RTMPServer) {
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
	b, _ := record(t, c, func(b *Broadcast, _ *testrig.RTMPServer) {
		eventually(t, "a faster preset", func() bool { return b.Stats().Video.Preset == "ultrafast" })
		n := b.Stats().Video.Encoded
		eventually(t, "more pictures", func() bool { return b.Stats().Video.Encoded > n+45 })
	})
	s := b.Stats().Video
	if s.Skipped == 0 || s.Encoder != "h264_stub" || !strings.Contains(s.Notice, "ultrafast") {
		t.Errorf("%+v", s)
	}
}

// showNoise fills a display with what a camera would see in the dark, which takes any bit rate.
func showNoise(t *testing.T, d *testrig.Display, size image.Point) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "mpv", "--no-config", "--really-quiet", "--vo=x11", "--fs", "--no-osc", "--osd-level=0",
		fmt.Sprintf("av://lavfi:testsrc2=s=%dx%d:r=30,noise=alls=24:allf=t", size.X, size.Y))
	cmd.Env = append(os.Environ(), d.Env()...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it does not end by itself
		_ = cmd.Wait()
	})
}

// TestBitRate changes the rate of pictures that need all of it, and looks at what a server has written of them, as it
// comes.
func TestBitRate(t *testing.T) {
	size := image.Pt(960, 540)
	d, err := testrig.StartDisplay(t.Context(), size)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	showNoise(t, d, size)
	t.Setenv("DISPLAY", d.Name)
	c := testConfig()
	c.Video, c.Size, c.BitRate = "screen:0", size, 6_000_000
	c.Adapt = AdaptNone // the encoder alone is measured
	rates := []int{6_000_000, 2_000_000, 6_000_000}
	record(t, c, func(b *Broadcast, server *testrig.RTMPServer) {
		written, err := server.Recordings("x")
		if err != nil || len(written) != 1 {
			t.Fatal(written, err)
		}
		eventually(t, "pictures that need the rate", func() bool { return b.Stats().Video.BitrateKbps > 5000 })
		for _, bps := range rates {
			if err := b.SetBitRate(bps); err != nil {
				t.Error(err)
			}
			follow(t, b, written[0], bps)
		}
		for _, bad := range []int{0, 1_000_000_000} {
			if err := b.SetBitRate(bad); !errors.Is(err, encoder.ErrNoEncoder) {
				t.Errorf("%d bit/s: %v", bad, err)
			}
		}
	})
}

// follow expects a file to grow by bps from a second on, for three, and little to wait meanwhile. A computer that is busy
// skips pictures: the rate is what it were if there were 30 a second.
func follow(t *testing.T, b *Broadcast, file string, bps int) {
	t.Helper()
	const window = 500 * time.Millisecond
	begin := time.Now()
	from, size, pictures := begin, fileSize(t, file), b.Stats().Video.Encoded
	eventually(t, "the next rate", func() bool {
		now, s := time.Now(), b.Stats()
		if queued := s.Outputs[0].QueueMS; queued > 900 {
			t.Errorf("%d ms are queued", queued)
		}
		if now.Sub(from) < window {
			return false
		}
		n := fileSize(t, file)
		got := float64(n-size)*8/float64(max(s.Video.Encoded-pictures, 1))*30 - float64(b.config.AudioBitRate)
		t.Logf("%.1f s after %d kb/s: %.0f received", from.Sub(begin).Seconds(), bps/1000, got/1000)
		if from.Sub(begin) >= time.Second && math.Abs(got/float64(bps)-1) > 0.3 {
			t.Errorf("%.1f s after %d kb/s: %.0f received", from.Sub(begin).Seconds(), bps/1000, got/1000)
		}
		from, size, pictures = now, n, s.Video.Encoded
		return now.Sub(begin) > 3*time.Second
	})
}

func fileSize(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestTiming lets FFmpeg find the times of pictures in what a server received, and in the file.
func TestTiming(t *testing.T) {
	for _, timing := range []encoder.Timings{encoder.TimingKey, encoder.TimingAll} {
		t.Run(string(timing), func(t *testing.T) { testTiming(t, timing) })
	}
}

func testTiming(t *testing.T, timing encoder.Timings) {
	c := testConfig()
	c.Timing, c.KeyInterval = timing, 500*time.Millisecond
	begin := time.Now().Add(-time.Second).UTC()
	b, files := record(t, c, func(b *Broadcast, _ *testrig.RTMPServer) {
		eventually(t, "some key frames", func() bool { return b.Stats().Video.Encoded > 60 })
	})
	for _, f := range files {
		out, err := exec.Command("ffmpeg", "-nostdin", "-i", f, "-vf", "showinfo", "-f", "null", "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text := strings.ReplaceAll(string(out), "\n", " ")
		n := strings.Count(text, "UUID=0aecffe7-5272-4e2f-a62f-d19cd61a93b5")
		if all := int(b.Stats().Video.Encoded); timing == encoder.TimingAll && n != all || timing == encoder.TimingKey && n > all/10 {
			t.Errorf("%s: %d of %d pictures have times", f, n, all)
		}
		if n < 4 || n != strings.Count(text, "UUID=ca60e71c-6a8b-4388-a377-151df7bf8ac2") || n != strings.Count(text, "UUID=f1fbc1d5-101e-4fb5-a61e-b8ce3c07b8c0") {
			t.Errorf("%s: %d pictures with times", f, n)
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
		err := b.GoLive("", []OutputConfig{{Name: "server", Destination: destination(t, "rtmp://live.twitch.tv/app/x", "")}})
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
