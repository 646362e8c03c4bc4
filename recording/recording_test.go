package recording

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/abema/go-mp4"
	"go.uber.org/goleak"

	"golive/encoder"
	"golive/internal/testrig/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// decode plays a file with errors fatal.
func decode(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("ffmpeg: %v\n%s", err, out)
	}
}

// A probed stream is what ffprobe finds in a file.
type probed struct {
	Codec    string `json:"codec_name"`
	Rate     string `json:"r_frame_rate"`
	Start    string `json:"start_time"`
	Packets  string `json:"nb_read_packets"`
	Duration string `json:"duration"`
}

func probe(t *testing.T, path string) []probed {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", path).Output()
	if err != nil {
		t.Fatalf("ffprobe: %v", err)
	}
	var p struct{ Streams []probed }
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p.Streams
}

// seconds100 returns how long a file lasts, in hundredths of a second.
func seconds100(t *testing.T, path string) int {
	t.Helper()
	out := output(t, "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path)
	d, err := strconv.ParseFloat(strings.TrimSpace(out), 64)
	if err != nil {
		t.Fatal(err)
	}
	return int(d * 100)
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

func count(packets []*encoder.Packet, s *encoder.Stream, from time.Duration) string {
	n := 0
	for _, p := range packets {
		if p.Stream == s && p.DTS >= from {
			n++
		}
	}
	return strconv.Itoa(n)
}

func record(t *testing.T, path string, streams []*encoder.Stream, packets []*encoder.Packet) *Recorder {
	t.Helper()
	r, err := Create(path, streams, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	for _, p := range packets {
		if err := r.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestRecordingHoldsExactlyWhatWasWritten(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	path := filepath.Join(t.TempDir(), "a.mp4")
	r := record(t, path, streams, packets)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if info, _ := os.Stat(path); info == nil || info.Size() != r.Status().Bytes {
		t.Errorf("Bytes is %d, the file %v", r.Status().Bytes, info)
	}
	decode(t, path)
	if got := boxes(t, path); got != "ftyp mdat moov" {
		t.Errorf("the file is made of %s", got)
	}
	got := probe(t, path)
	if len(got) != 2 || got[0].Codec != "h264" || got[1].Codec != "aac" {
		t.Fatalf("streams: %+v", got)
	}
	if want := count(packets, streams[0], 0); got[0].Packets != want || got[0].Rate != "30/1" {
		t.Errorf("video: %+v, want %s pictures at 30/1", got[0], want)
	}
	if want := count(packets, streams[1], 0); got[1].Packets != want {
		t.Errorf("audio: %+v, want %s packets", got[1], want)
	}
	start, err := strconv.ParseFloat(got[1].Start, 64)
	if err != nil || got[0].Start != "0.000000" || start < 0 || start > 0.022 {
		t.Errorf("start of video %s, of audio %s", got[0].Start, got[1].Start)
	}
	if d, _ := strconv.ParseFloat(got[0].Duration, 64); d < 4.9 || d > 5.1 {
		t.Errorf("duration %s, want 5 s", got[0].Duration)
	}
	if err := r.WritePacket(packets[0]); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after Close: %v", err)
	}
}

func TestRecordingBeginsWithTheFirstKeyFrame(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := record(t, path, streams, packets[10:]).Close(); err != nil {
		t.Fatal(err)
	}
	decode(t, path)
	got := probe(t, path)
	if want := count(packets, streams[0], 2*time.Second); got[0].Packets != want {
		t.Errorf("%s pictures, want the %s from the key frame at 2 s", got[0].Packets, want)
	}
}

func TestRecordingKeepsAGap(t *testing.T) {
	streams, packets := media.Encode(t, 90)
	path := filepath.Join(t.TempDir(), "a.mp4")
	r, err := Create(path, streams[:1], Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	written := 0
	for _, p := range packets {
		if p.Stream != streams[0] || p.PTS > 500*time.Millisecond && p.PTS < 2*time.Second {
			continue
		}
		r.WritePacket(p)
		written++
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got := probe(t, path)
	if d, _ := strconv.ParseFloat(got[0].Duration, 64); got[0].Packets != strconv.Itoa(written) || d < 2.9 || d > 3.1 {
		t.Errorf("%s pictures in %s s, want %d in 3 s", got[0].Packets, got[0].Duration, written)
	}
}

// crashed returns what a recording of 5 s has in its file while it goes on.
func crashed(t *testing.T, streams []*encoder.Stream, packets []*encoder.Packet) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mp4")
	r := record(t, path, streams, packets)
	for deadline := time.Now().Add(10 * time.Second); fragments(t, path) < 5; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d fragments of 5 s", fragments(t, path))
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	return b
}

// A recording that was killed plays up to the last fragment, which a second separates from the end at most.
func TestRecordingSurvivesACrash(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	path := filepath.Join(t.TempDir(), "crashed.mp4")
	if err := os.WriteFile(path, crashed(t, streams, packets), 0o644); err != nil {
		t.Fatal(err)
	}
	decode(t, path)
	if n, _ := strconv.Atoi(probe(t, path)[0].Packets); n < 119 {
		t.Errorf("%d of 150 pictures survive", n)
	}
}

// boxes returns the names of the outer boxes of a file.
func boxes(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var names []string
	if _, err := mp4.ReadBoxStructure(f, func(h *mp4.ReadHandle) (any, error) {
		names = append(names, h.BoxInfo.Type.String())
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func fragments(t *testing.T, path string) int {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), "moof")
}

func TestCreateRefuses(t *testing.T) {
	streams, _ := media.Encode(t, 1)
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken.mp4")
	if err := os.WriteFile(taken, []byte("dear"), 0o644); err != nil {
		t.Fatal(err)
	}
	opus := *streams[1]
	opus.Codec = encoder.Opus
	for _, c := range []struct {
		name, path string
		streams    []*encoder.Stream
		is         error
		says       string
	}{
		{"exists", taken, streams, os.ErrExist, "choose another name"},
		{"folder", dir, streams, nil, "is a folder"},
		{"no folder", filepath.Join(dir, "none", "a.mp4"), streams, os.ErrNotExist, "there is no folder"},
		{"read only", "/proc/self/a.mp4", streams, nil, "/proc/self/a.mp4"},
		{"codec", filepath.Join(dir, "o.mp4"), []*encoder.Stream{&opus}, nil, "opus cannot be recorded"},
		{"empty", "", streams, nil, "recording"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Create(c.path, c.streams, Options{})
			if err == nil {
				r.Close()
				t.Fatal("no error")
			}
			if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want it to say %q", err, c.says)
			}
		})
	}
	if b, _ := os.ReadFile(taken); string(b) != "dear" {
		t.Errorf("the file that was there is now %q", b)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRecordingOfNothingLeavesNoFile(t *testing.T) {
	streams, _ := media.Encode(t, 1)
	path := filepath.Join(t.TempDir(), "a.mp4")
	r, err := Create(path, streams, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}
