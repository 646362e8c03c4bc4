package recording

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig/media"
)

// inOrder sorts packets by DTS, as a broadcast does.
func inOrder(packets []*encoder.Packet) []*encoder.Packet {
	return slices.SortedStableFunc(slices.Values(packets), func(a, b *encoder.Packet) int { return cmp.Compare(a.DTS, b.DTS) })
}

func TestRecordingIsSplitWithoutALoss(t *testing.T) {
	streams, packets := media.Encode(t, 300)
	packets = inOrder(packets)
	for name, o := range map[string]Options{
		"by time": {SplitTime: 3 * time.Second},
		"by size": {SplitSize: 40_000},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			taken := filepath.Join(dir, "a 2.mp4")
			if err := os.WriteFile(taken, []byte("dear"), 0o644); err != nil {
				t.Fatal(err)
			}
			r, err := Create(filepath.Join(dir, "a.mp4"), streams, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range packets {
				if err := r.WritePacket(p); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if b, _ := os.ReadFile(taken); string(b) != "dear" {
				t.Error("a file that was there is overwritten")
			}
			os.Remove(taken)
			files, _ := filepath.Glob(filepath.Join(dir, "*.mp4"))
			video, audio := 0, 0
			for _, f := range files {
				decode(t, f)
				s := probe(t, f)
				v, _ := strconv.Atoi(s[0].Packets)
				a, _ := strconv.Atoi(s[1].Packets)
				video, audio = video+v, audio+a
			}
			if want := count(packets, streams[0], 0); len(files) < 2 || strconv.Itoa(video) != want {
				t.Errorf("%d pictures in %d files, want %s in several", video, len(files), want)
			}
			if want := count(packets, streams[1], 0); strconv.Itoa(audio) != want {
				t.Errorf("%d packets of sound, want %s", audio, want)
			}
			if s := r.Status(); s.Path != files[len(files)-1] && s.Path != files[len(files)-2] {
				t.Errorf("the newest file is %s of %q", s.Path, files)
			}
		})
	}
}

func TestPauseLeavesNoGap(t *testing.T) {
	streams, packets := media.Encode(t, 240)
	path := filepath.Join(t.TempDir(), "a.mp4")
	r := record(t, path, streams, nil)
	for _, p := range inOrder(packets) {
		if p.Stream == streams[0] {
			r.Pause(p.DTS >= time.Second && p.DTS < 3*time.Second) // the next key frame is at 4 s
		}
		if err := r.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	decode(t, path)
	got := probe(t, path)
	if d, _ := strconv.ParseFloat(got[0].Duration, 64); got[0].Packets != "150" || d < 4.9 || d > 5.1 {
		t.Errorf("%s pictures in %s s, want 150 in 5 s", got[0].Packets, got[0].Duration)
	}
	if d, _ := strconv.ParseFloat(got[1].Duration, 64); d < 4.8 || d > 5.1 {
		t.Errorf("%s s of sound, want 5", got[1].Duration)
	}
}

func TestSave(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := Save(path, streams, inOrder(packets), nil); err != nil {
		t.Fatal(err)
	}
	decode(t, path)
	if got := probe(t, path); got[0].Packets != "150" {
		t.Errorf("%s of 150 pictures", got[0].Packets)
	}
	if err := Save(path, streams, packets, nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("saved over a file: %v", err)
	}
}

// A replay for which there is no room leaves nothing behind, and takes nothing from what is there.
func TestSaveOnAFullDisk(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	dir := smallDisk(t, 1<<20)
	fill(t, dir, 32<<10)
	path := filepath.Join(dir, "a.mp4")
	if err := Save(path, streams, inOrder(packets), nil); !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), "no room for") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}
