package encoder_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/capture"
	"golive/encoder"
)

func config() encoder.VideoConfig {
	return encoder.VideoConfig{Width: 320, Height: 180, FrameRate: encoder.Rational{Num: 30, Den: 1}, BitRate: 1_000_000}
}

// pictures returns n pictures of the moving test card on a grid that begins at zero.
func pictures(t *testing.T, n int) []*capture.VideoFrame {
	t.Helper()
	rate := capture.Rational{Num: 30, Den: 1}
	source, err := capture.OpenVideo("pattern", capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(320, 180), FrameRate: capture.Rational{Num: 240, Den: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	frames := make([]*capture.VideoFrame, n)
	for i := range frames {
		f, err := source.ReadVideo()
		if err != nil {
			t.Fatal(err)
		}
		frames[i] = f.Repeat(capture.Duration(int64(i), rate), f.Captured)
		f.Release()
	}
	t.Cleanup(func() {
		for _, f := range frames {
			f.Release()
		}
	})
	return frames
}

func encode(t *testing.T, v *encoder.Video, frames []*capture.VideoFrame, before func(i int)) []*encoder.Packet {
	t.Helper()
	var packets []*encoder.Packet
	for i, f := range frames {
		before(i)
		p, err := v.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, p...)
	}
	p, err := v.Flush()
	if err != nil {
		t.Fatal(err)
	}
	return append(packets, p...)
}

func TestVideoForcesKeyframesAndDecodes(t *testing.T) {
	c := config()
	c.KeyInterval = time.Second
	v, err := encoder.NewVideo(c)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	packets := encode(t, v, pictures(t, 75), func(i int) {
		if i == 10 {
			v.ForceKeyframe()
		}
	})
	if len(packets) != 75 {
		t.Fatalf("%d packets of 75 pictures", len(packets))
	}
	var keys []int
	var stream bytes.Buffer
	for i, p := range packets {
		stream.Write(p.AnnexB())
		if p.Keyframe {
			keys = append(keys, i)
			if p.Data[0][0]&0x1f != 7 || p.Data[1][0]&0x1f != 8 {
				t.Errorf("key frame %d does not begin with SPS and PPS", i)
			}
		}
		if p.PTS != p.DTS || p.PTS != capture.Duration(int64(i), c.FrameRate) || p.Captured.IsZero() {
			t.Errorf("packet %d: pts %v, dts %v, captured %v", i, p.PTS, p.DTS, p.Captured)
		}
	}
	if want := []int{0, 10, 40, 70}; !equal(keys, want) {
		t.Errorf("key frames at %v, want %v", keys, want)
	}
	file := filepath.Join(t.TempDir(), "x.h264")
	if err := os.WriteFile(file, stream.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	probe := run(t, "ffprobe", "-v", "error", "-count_frames", "-show_entries",
		"stream=color_range,color_space,color_transfer,color_primaries,nb_read_frames,has_b_frames", "-of", "default=nw=1", file)
	for _, want := range []string{"color_range=tv", "color_space=bt709", "color_transfer=bt709", "color_primaries=bt709", "nb_read_frames=75", "has_b_frames=0"} {
		if !strings.Contains(probe, want) {
			t.Errorf("ffprobe does not find %s in:\n%s", want, probe)
		}
	}
	if out := run(t, "ffmpeg", "-v", "error", "-xerror", "-i", file, "-f", "null", "-"); out != "" {
		t.Errorf("decoding: %s", out)
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestVideoHoldsNothingWithoutLookAhead(t *testing.T) {
	v, err := encoder.NewVideo(config())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for i, f := range pictures(t, 10) {
		p, err := v.Encode(f)
		if err != nil || len(p) != 1 {
			t.Fatalf("picture %d: %d packets, %v", i, len(p), err)
		}
	}
}

func TestVideoLookAheadReorders(t *testing.T) {
	c := config()
	c.LookAhead = true
	v, err := encoder.NewVideo(c)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	packets := encode(t, v, pictures(t, 60), func(int) {})
	last, reordered := time.Duration(-1<<62), false
	for _, p := range packets {
		if p.DTS <= last {
			t.Fatalf("DTS goes back from %v to %v", last, p.DTS)
		}
		last = p.DTS
		reordered = reordered || p.PTS != p.DTS
	}
	if len(packets) != 60 || !reordered {
		t.Errorf("%d packets of 60, B-frames: %v", len(packets), reordered)
	}
}

func TestVideoFollowsBitRate(t *testing.T) {
	v, err := encoder.NewVideo(config())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	packets := encode(t, v, pictures(t, 180), func(i int) {
		if i == 90 {
			v.SetBitRate(60_000)
		}
	})
	size := func(part []*encoder.Packet) (n int) {
		for _, p := range part {
			n += p.Size()
		}
		return n
	}
	before, after := size(packets[30:90]), size(packets[120:180])
	if after*2 > before {
		t.Errorf("%d bytes in 2 s before the bit rate fell to 6 %%, %d after", before, after)
	}
}

func TestVideoRefusesNonsense(t *testing.T) {
	for name, change := range map[string]func(*encoder.VideoConfig){
		"odd size":      func(c *encoder.VideoConfig) { c.Width = 321 },
		"tiny":          func(c *encoder.VideoConfig) { c.Height = 2 },
		"huge":          func(c *encoder.VideoConfig) { c.Width = 100_000 },
		"no bit rate":   func(c *encoder.VideoConfig) { c.BitRate = 0 },
		"1 Gb/s":        func(c *encoder.VideoConfig) { c.BitRate = 1_000_000_000 },
		"no frame rate": func(c *encoder.VideoConfig) { c.FrameRate = encoder.Rational{} },
		"no encoder":    func(c *encoder.VideoConfig) { c.Encoder = "libx999" },
		"no preset":     func(c *encoder.VideoConfig) { c.Preset = "warp" },
		"no codec":      func(c *encoder.VideoConfig) { c.Codec = "vp8" },
		"both":          func(c *encoder.VideoConfig) { c.LowLatency, c.LookAhead = true, true },
	} {
		c := config()
		change(&c)
		if v, err := encoder.NewVideo(c); !errors.Is(err, encoder.ErrNoEncoder) {
			t.Errorf("%s: %v", name, err)
			if v != nil {
				v.Close()
			}
		}
	}
}

func TestAudioKeepsTime(t *testing.T) {
	for _, codec := range []encoder.Codec{encoder.AAC, encoder.Opus} {
		a, err := encoder.NewAudio(encoder.AudioConfig{Codec: codec})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		origin := 123 * time.Millisecond
		var packets []*encoder.Packet
		for i := range 100 {
			f := &capture.AudioFrame{
				PTS: origin + time.Duration(i)*10*time.Millisecond, SampleRate: 48000, Channels: 2, Samples: make([]float32, 960),
			}
			p, err := a.Encode(f)
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, p...)
		}
		rest, err := a.Flush()
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, rest...)
		if first := packets[0].PTS; first > origin || first < origin-50*time.Millisecond {
			t.Errorf("%s begins at %v", codec, first)
		}
		for i := 1; i < len(packets); i++ {
			if gap := packets[i].PTS - packets[i-1].PTS - packets[i-1].Duration; gap.Abs() > time.Nanosecond {
				t.Errorf("%s: a gap of %v before packet %d", codec, gap, i)
			}
		}
		last := packets[len(packets)-1]
		if end := last.PTS + last.Duration; end < origin+time.Second {
			t.Errorf("%s ends at %v: sound is lost", codec, end)
		}
		if len(a.Stream().Extradata) < 2 {
			t.Errorf("%s has no extradata", codec)
		}
	}
}

// TestAudioConverts encodes 440 Hz in stereo as mono of 44,100 Hz, and lets FFmpeg hear it.
func TestAudioConverts(t *testing.T) {
	a, err := encoder.NewAudio(encoder.AudioConfig{Codec: encoder.AAC, SampleRate: 44100, Channels: 1, BitRate: 64_000})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var adts []byte
	for i := range 300 {
		f := &capture.AudioFrame{PTS: time.Duration(i) * 10 * time.Millisecond, SampleRate: 48000, Channels: 2}
		for n := range 480 {
			v := float32(math.Sin(2*math.Pi*440*float64(i*480+n)/48000)) / 4
			f.Samples = append(f.Samples, v, v)
		}
		packets, err := a.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range packets {
			pkt, err := mpeg4audio.ADTSPackets{{Type: mpeg4audio.ObjectTypeAACLC, SampleRate: 44100, ChannelCount: 1, AU: p.Data[0]}}.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			adts = append(adts, pkt...)
		}
	}
	file := filepath.Join(t.TempDir(), "x.aac")
	if err := os.WriteFile(file, adts, 0o600); err != nil {
		t.Fatal(err)
	}
	pcm, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", file, "-f", "s16le", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	crossings, last := 0, int16(0)
	for i := 0; i+1 < len(pcm); i += 2 {
		v := int16(binary.LittleEndian.Uint16(pcm[i:]))
		if v > -1000 && v < 1000 { // what rustles before the tone begins does not count
			continue
		}
		if last < 0 && v > 0 {
			crossings++
		}
		last = v
	}
	seconds := float64(len(pcm)) / 2 / 44100
	if hz := float64(crossings) / seconds; seconds < 2.9 || seconds > 3.1 || math.Abs(hz-440) > 5 {
		t.Errorf("%.2f s of %.1f Hz", seconds, hz)
	}
}

// TestAudioBitRates encodes noise, which takes any bit rate, at the lowest and the highest that people choose.
func TestAudioBitRates(t *testing.T) {
	const seconds = 4
	random := rand.New(rand.NewPCG(1, 2))
	frames := make([]*capture.AudioFrame, seconds*100)
	for i := range frames {
		frames[i] = &capture.AudioFrame{PTS: time.Duration(i) * 10 * time.Millisecond, SampleRate: 48000, Channels: 2, Samples: make([]float32, 960)}
		for n := range frames[i].Samples {
			frames[i].Samples[n] = random.Float32() - 0.5
		}
	}
	for _, codec := range []encoder.Codec{encoder.AAC, encoder.Opus} {
		for _, bps := range []int{64_000, 160_000, 320_000} {
			a, err := encoder.NewAudio(encoder.AudioConfig{Codec: codec, BitRate: bps})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			bits := 0
			for _, f := range frames {
				packets, err := a.Encode(f)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range packets {
					bits += 8 * p.Size()
				}
			}
			t.Logf("%s at %d: %d bit/s", codec, bps, bits/seconds)
			if got := float64(bits) / seconds; math.Abs(got/float64(bps)-1) > 0.15 {
				t.Errorf("%s at %d: %.0f bit/s", codec, bps, got)
			}
		}
	}
}

func TestAudioRefusesNonsense(t *testing.T) {
	for _, c := range []encoder.AudioConfig{
		{Codec: "mp3"},
		{Codec: encoder.AAC, BitRate: 1},
		{Codec: encoder.Opus, BitRate: 10_000_000},
		{Codec: encoder.AAC, Channels: 9},
		{Codec: encoder.Opus, SampleRate: 44100},
	} {
		if _, err := encoder.NewAudio(c); !errors.Is(err, encoder.ErrNoEncoder) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestParameterSetsOfNonsense(t *testing.T) {
	for _, extradata := range []string{"", "\x00", "\x00\x00\x01", "\x00\x00\x01\x00\x00\x01\x00\x00\x00\x01", "\x00\x00\x01\x67\x00\x00\x01", "\x68\x00\x00\x01"} {
		s := encoder.Stream{Codec: encoder.H264, Extradata: []byte(extradata)}
		for _, nal := range s.ParameterSets() {
			if len(nal) == 0 {
				t.Errorf("%q has an empty parameter set", extradata)
			}
		}
		if sps, pps := s.H264(); pps != nil || (sps != nil) != (extradata == "\x00\x00\x01\x67\x00\x00\x01") {
			t.Errorf("%q: SPS %x, PPS %x", extradata, sps, pps)
		}
	}
}

// TestVideoClosesEarly closes encoders that were hardly used or never, told of the end or not.
func TestVideoClosesEarly(t *testing.T) {
	frames := pictures(t, 3)
	for _, codec := range []encoder.Codec{encoder.H264, encoder.HEVC, encoder.AV1} {
		for i := range 6 {
			n, told := i/2, i%2 == 1
			c := config()
			c.Codec = codec
			v, err := encoder.NewVideo(c)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range frames[:n] {
				if _, err := v.Encode(f); err != nil {
					t.Fatal(err)
				}
			}
			closed := make(chan error, 1)
			go func() {
				var err error
				if told {
					var packets []*encoder.Packet
					if packets, err = v.Flush(); err == nil && len(packets) > n {
						err = fmt.Errorf("%d packets", len(packets))
					}
				}
				closed <- errors.Join(err, v.Close())
			}()
			select {
			case err := <-closed:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("closing %s after %d pictures hangs, told of the end: %v", codec, n, told)
			}
		}
	}
}
