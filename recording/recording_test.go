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

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

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

func count(packets []*encoder.Packet, s *encoder.Stream, from time.Duration) string {
	n := 0
	for _, p := range packets {
		if p.Stream == s && p.DTS >= from {
			n++
		}
	}
	return strconv.Itoa(n)
}

func record(t *testing.T, path string, streams []*encoder.Stream, packets []*encoder.Packet) *File {
	t.Helper()
	r, err := Create(path, streams)
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
	if info, _ := os.Stat(path); info == nil || info.Size() != r.Bytes() {
		t.Errorf("Bytes is %d, the file %v", r.Bytes(), info)
	}
	decode(t, path)
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
	r, err := Create(path, streams[:1])
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

// A file that is cut anywhere behind its header plays up to the last whole fragment, which a second separates from the
// end at most.
func TestRecordingSurvivesACut(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	dir := t.TempDir()
	path := filepath.Join(dir, "a.mp4")
	r := record(t, path, streams, packets)
	for deadline := time.Now().Add(10 * time.Second); ; {
		if got := fragments(t, path); got >= 4 { // what is on the disk while the recording goes on
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d fragments of 5 s", fragments(t, path))
		}
		time.Sleep(10 * time.Millisecond)
	}
	crashed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cut := filepath.Join(dir, "cut.mp4")
	if err := os.WriteFile(cut, crashed, 0o644); err != nil {
		t.Fatal(err)
	}
	decode(t, cut)
	if n, _ := strconv.Atoi(probe(t, cut)[0].Packets); n < 119 {
		t.Errorf("%d of 150 pictures survive", n)
	}
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
			r, err := Create(c.path, c.streams)
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
	r, err := Create(path, streams)
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

func TestRecordingEndsWhenTheDiskIsFull(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=32k"); err != nil {
		t.Skip("a small file system to fill needs root: ", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, 0) })
	path := filepath.Join(dir, "a.mp4")
	r := record(t, path, streams, packets)
	if err := r.Close(); !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "can be played") {
		t.Errorf("got %v", err)
	}
	if err := r.WritePacket(packets[0]); !errors.Is(err, ErrDiskFull) {
		t.Errorf("write after the end: %v", err)
	}
	decode(t, path)
	if n, _ := strconv.Atoi(probe(t, path)[0].Packets); n < 30 || n >= 150 {
		t.Errorf("%d pictures on a disk for some of 150", n)
	}
}

// A disk on which not one fragment fits leaves no file behind.
func TestRecordingOnAFullDisk(t *testing.T) {
	streams, packets := media.Encode(t, 90)
	m, err := newMuxer(streams)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open("/dev/full", unix.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.mp4")
	r, err := start(os.NewFile(uintptr(fd), path), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		r.WritePacket(p)
	}
	if err := r.Close(); !errors.Is(err, ErrDiskFull) {
		t.Errorf("got %v", err)
	}
}
