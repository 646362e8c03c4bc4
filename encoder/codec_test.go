package encoder_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"

	"golive/encoder"
)

// software lists what works without a graphics card, and how FFmpeg calls its raw form.
var software = []struct {
	codec  encoder.Codec
	name   string
	format string
	begin  int // units that a key frame begins with
}{
	{encoder.H264, "libx264", "h264", 2},
	{encoder.HEVC, "libx265", "hevc", 3},
	{encoder.AV1, "libsvtav1", "ivf", 1},
}

// raw joins packets as FFmpeg's raw demuxers want them: annex B, or IVF for AV1.
func raw(t *testing.T, packets []*encoder.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	for i, p := range packets {
		if p.Stream.Codec != encoder.AV1 {
			b.Write(p.AnnexB())
			continue
		}
		if i == 0 {
			b.Write(ivfHeader(p.Stream))
		}
		unit, err := av1.Bitstream(append([][]byte{{byte(av1.OBUTypeTemporalDelimiter) << 3}}, p.Data...)).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(unit))))
		b.Write(binary.LittleEndian.AppendUint64(nil, uint64(i)))
		b.Write(unit)
	}
	return b.Bytes()
}

func ivfHeader(s *encoder.Stream) []byte {
	h := append([]byte("DKIF"), 0, 0, 32, 0)
	h = append(h, "AV01"...)
	h = binary.LittleEndian.AppendUint16(h, uint16(s.Width))
	h = binary.LittleEndian.AppendUint16(h, uint16(s.Height))
	h = binary.LittleEndian.AppendUint32(h, uint32(s.FrameRate.Num))
	h = binary.LittleEndian.AppendUint32(h, uint32(s.FrameRate.Den))
	return append(h, make([]byte, 8)...)
}

// decodes checks that FFmpeg decodes all pictures without a complaint.
func decodes(t *testing.T, format string, packets []*encoder.Packet) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x."+format)
	if err := os.WriteFile(file, raw(t, packets), 0o600); err != nil {
		t.Fatal(err)
	}
	probe := run(t, "ffprobe", "-v", "error", "-f", format, "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file)
	if strings.TrimSpace(probe) != strconv.Itoa(len(packets)) {
		t.Errorf("ffprobe decodes %s of %d pictures", probe, len(packets))
	}
	if out := run(t, "ffmpeg", "-v", "error", "-xerror", "-f", format, "-i", file, "-f", "null", "-"); out != "" {
		t.Errorf("decoding: %s", out)
	}
}

// TestCodecs encodes in every codec, asks for a key frame, changes the bit rate and the preset, and decodes it all.
func TestCodecs(t *testing.T) {
	for _, s := range software {
		t.Run(s.name, func(t *testing.T) {
			c := config()
			c.Codec, c.Preset = s.codec, "superfast"
			c.KeyInterval = 2 * time.Second
			v, err := encoder.NewVideo(c)
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			if v.Name() != s.name {
				t.Errorf("auto takes %s", v.Name())
			}
			packets := encode(t, v, pictures(t, 100), func(i int) {
				switch i {
				case 20:
					v.ForceKeyframe()
				case 40:
					v.SetBitRate(300_000)
				case 70:
					if v.Faster() == "" {
						t.Error("there is no faster preset")
					}
				}
			})
			if len(packets) != 100 {
				t.Fatalf("%d packets of 100 pictures", len(packets))
			}
			checkPackets(t, packets, s.begin)
			if !packets[20].Keyframe || !packets[70].Keyframe {
				t.Errorf("no key frame where it was asked for: %v, %v", packets[20].Keyframe, packets[70].Keyframe)
			}
			decodes(t, s.format, packets)
		})
	}
}

// checkPackets looks at times and at the beginning of key frames, which must be what Stream says.
func checkPackets(t *testing.T, packets []*encoder.Packet, begin int) {
	t.Helper()
	last := time.Duration(-1 << 62)
	for i, p := range packets {
		if p.DTS <= last {
			t.Fatalf("packet %d: DTS goes back from %v to %v", i, last, p.DTS)
		}
		last = p.DTS
		if p.Captured.IsZero() || p.Submitted.Before(p.Captured) {
			t.Errorf("packet %d: captured %v, submitted %v", i, p.Captured, p.Submitted)
		}
		if !p.Keyframe {
			if p.Stream != packets[i-1].Stream {
				t.Errorf("packet %d: another stream without a key frame", i)
			}
			continue
		}
		sets := p.Stream.ParameterSets()
		if len(sets) != begin {
			t.Fatalf("packet %d: %d parameter sets", i, len(sets))
		}
		for n, set := range sets {
			if !bytes.Equal(p.Data[n], set) {
				t.Errorf("packet %d does not begin with its stream's parameter sets", i)
			}
		}
	}
}

// TestBiplanar feeds libx264 the way graphics cards are fed: the pictures are the same.
func TestBiplanar(t *testing.T) {
	frames := pictures(t, 30)
	var sizes [2][]byte // what I420 becomes, and what NV12 does
	for i := range sizes {
		c := config()
		c.Table = []encoder.Row{encoder.Biplanar(row("libx264"), i == 1)}
		v, err := encoder.NewVideo(c)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		sizes[i] = raw(t, encode(t, v, frames, func(int) {}))
	}
	if !bytes.Equal(sizes[0], sizes[1]) {
		t.Errorf("%d bytes from I420, %d other ones from NV12", len(sizes[0]), len(sizes[1]))
	}
}

// TestOptions looks up every option of the table in FFmpeg, also those of encoders that do not run here.
func TestOptions(t *testing.T) {
	linked := 0
	for _, r := range encoder.Table() {
		for _, mode := range [][2]bool{{false, false}, {false, true}, {true, false}} {
			problems, ok := encoder.CheckOptions(r, mode[0], mode[1])
			if ok {
				linked++
			}
			for _, p := range problems {
				t.Errorf("%s: %s", r.Name, p)
			}
		}
	}
	if linked < 9 {
		t.Errorf("only %d encoders are linked", linked/3)
	}
	t.Logf("%d encoders are linked", linked/3)
}

// TestLowLatency: an encoder gives back each picture at once, or one later, or says that it has no low latency.
func TestLowLatency(t *testing.T) {
	tr := trial(t)
	tr.Table, tr.LowLatency = nil, true
	_, reports := encoder.Probe(t.Context(), tr)
	for _, r := range reports {
		if r.Works {
			t.Logf("%s holds %d", r.Name, r.HeldFrames)
		}
		if r.Works && r.HeldFrames > 1 || (r.Name == "libx264" || r.Name == "libx265") && !r.Works {
			t.Errorf("%+v", r)
		}
		if r.Name != "libsvtav1" {
			continue
		}
		if r.Works || !strings.Contains(r.Reason, "no low latency") {
			t.Errorf("%+v", r)
		}
	}
	c := config()
	c.Codec, c.LowLatency = encoder.AV1, true
	if _, err := encoder.NewVideo(c); !errors.Is(err, encoder.ErrNoEncoder) || !strings.Contains(err.Error(), "leave low latency out") {
		t.Errorf("got %v", err)
	}
}
