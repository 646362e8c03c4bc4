package encoder_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/encoder"
)

// TestTiming marks every picture, lets FFmpeg decode and show what is in H.264 and HEVC, and looks into AV1 by itself.
func TestTiming(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("x", 3600))
	timing := encoder.Timing{Captured: at, Submitted: at, Encoded: at, Interleaved: at, Rendered: 1, Output: 256, Input: 0x300}
	for _, s := range software {
		c := config()
		c.Codec = s.codec
		v, err := encoder.NewVideo(c)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		packets := encode(t, v, pictures(t, 20), func(int) {})
		for i, p := range packets {
			before := len(p.Data)
			packets[i] = timing.Mark(p)
			if len(p.Data) != before || len(packets[i].Data) != before+3 {
				t.Fatalf("%s: %d units became %d, and in the original %d", s.name, before, len(packets[i].Data), len(p.Data))
			}
			if got, ok := encoder.CapturedTime(packets[i]); !ok || !got.Equal(at.Truncate(time.Millisecond)) {
				t.Errorf("%s: it is read back as taken at %v, %v", s.name, got, ok)
			}
			if got, ok := encoder.CapturedTime(p); ok {
				t.Errorf("%s: one without is said to be taken at %v", s.name, got)
			}
		}
		if s.codec != encoder.AV1 { // dav1d complains of metadata that it does not know, which all of this kind is
			decodes(t, s.format, packets)
		}
		// Four counters, big-endian, numbered from 1: 1 rendered, none lagged or dropped, 256 output.
		session := "0301000000010200000000030000000004" + "00000100"
		when := "0101" + hex("2026-01-02T02:04:05.678Z") + "00" + "0102" + hex("2026-01-02T02:04:05.678Z")
		if s.codec == encoder.AV1 {
			obu := packets[0].Data[2]
			if obu[0]>>3 != 5 || obu[1] != 6 || !strings.Contains(hex(string(obu)), session) || obu[len(obu)-1] != 0x80 {
				t.Errorf("the metadata OBU is %x", obu)
			}
			continue
		}
		for _, want := range []string{session, when, "020100000300" + "0200000000" + "0300000000"} {
			if n := strings.Count(shown(t, s.format, packets), want); n != len(packets) {
				t.Errorf("%s: FFmpeg finds %s %d times in %d pictures", s.name, want, n, len(packets))
			}
		}
	}
}

func hex(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteByte("0123456789abcdef"[c>>4])
		b.WriteByte("0123456789abcdef"[c&15])
	}
	return b.String()
}

// shown returns the user data that FFmpeg shows, as hexadecimal digits.
func shown(t *testing.T, format string, packets []*encoder.Packet) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, raw(t, packets), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffmpeg", "-nostdin", "-f", format, "-i", file, "-vf", "showinfo", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(bytes.ReplaceAll(bytes.ReplaceAll(out, []byte(" "), nil), []byte("\n"), nil))
}

// FuzzCapturedTime reads what a publisher may send as user data.
func FuzzCapturedTime(f *testing.F) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, codec := range []encoder.Codec{encoder.H264, encoder.HEVC, encoder.AV1} {
		slice := [][]byte{{0x65, 0}, {0x26, 1, 0}, {0x30, 0}}[i]
		marked := encoder.Timing{Captured: at}.Mark(&encoder.Packet{Stream: &encoder.Stream{Codec: codec}, Data: [][]byte{slice}})
		for _, unit := range marked.Data {
			f.Add(string(codec), unit)
			f.Add(string(codec), unit[:len(unit)/2])
		}
	}
	f.Fuzz(func(t *testing.T, codec string, unit []byte) {
		p := &encoder.Packet{Stream: &encoder.Stream{Codec: encoder.Codec(codec)}, Data: [][]byte{unit}}
		if got, ok := encoder.CapturedTime(p); !ok && !got.IsZero() {
			t.Errorf("%v, but not found", got)
		}
	})
}
