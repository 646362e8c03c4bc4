package recording

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig/media"
)

// Each container holds what was written, when it ended normally and when it did not.
func TestContainers(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	packets = inOrder(packets)
	for _, ending := range []string{".mp4", ".mkv", ".ts", ".MKV"} {
		t.Run(ending, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a"+ending)
			r := record(t, path, streams, packets)
			await(t, "four seconds", func() bool { return r.Status().Bytes > 40_000 })
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			crashed := filepath.Join(dir, "crashed"+ending)
			if err := os.WriteFile(crashed, b, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			checkWhole(t, path, streams, packets)
			decode(t, crashed)
			if n, _ := strconv.Atoi(probe(t, crashed)[0].Packets); n < 90 {
				t.Errorf("%d of 150 pictures survive a crash", n)
			}
		})
	}
}

func checkWhole(t *testing.T, path string, streams []*encoder.Stream, packets []*encoder.Packet) {
	t.Helper()
	decode(t, path)
	got := probe(t, path)
	if len(got) != 2 || got[0].Codec != "h264" || got[1].Codec != "aac" {
		t.Fatalf("streams: %+v", got)
	}
	for i, s := range streams {
		if want := count(packets, s, 0); got[i].Packets != want {
			t.Errorf("%d: %s packets, want %s", i, got[i].Packets, want)
		}
	}
	if got[0].Rate != "30/1" {
		t.Errorf("%s pictures a second", got[0].Rate)
	}
	video, _ := strconv.ParseFloat(got[0].Start, 64)
	audio, _ := strconv.ParseFloat(got[1].Start, 64)
	if audio < video-0.002 || audio > video+0.03 {
		t.Errorf("pictures begin at %s, sound at %s", got[0].Start, got[1].Start)
	}
	if d := seconds100(t, path); d < 490 || d > 510 {
		t.Errorf("it lasts %d/100 s, want 5 s", d)
	}
}

// An MKV that ended normally can be sought in.
func TestMatroskaHasCues(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	path := filepath.Join(t.TempDir(), "a.mkv")
	if err := Save(path, streams, inOrder(packets), nil); err != nil {
		t.Fatal(err)
	}
	out := output(t, "mkvinfo", "--all", path)
	if got := strings.Count(out, "Cue point"); got != 3 {
		t.Errorf("%d cues for key frames at 0, 2 and 4 s:\n%s", got, out)
	}
	if strings.Contains(out, "unknown") {
		t.Errorf("it is not finished:\n%s", out)
	}
}

// Chapters are in the file, also in what a crash leaves, whose MP4 is repaired; and so are the names of the tracks.
func TestChaptersAndTitles(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	for _, ending := range []string{".mp4", ".mkv"} {
		path := filepath.Join(t.TempDir(), "a"+ending)
		r, err := Create(path, streams, Options{Titles: []string{"", "Microphone \u2014 M"}})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, p := range inOrder(packets) {
			if err := r.WritePacket(p); err != nil {
				t.Fatal(err)
			}
			switch {
			case p.Stream == streams[1]:
			case p.DTS == time.Second:
				r.Mark("Goal")
			case p.DTS == 3*time.Second:
				r.Mark(strings.Repeat("Ziel \u2014 ", 99))
			}
		}
		var b []byte
		await(t, "four seconds and both chapters", func() bool {
			b, err = os.ReadFile(path)
			return err == nil && len(b) > 40_000 && bytes.Contains(b, []byte("Ziel"))
		})
		crashed := filepath.Join(t.TempDir(), "crashed"+ending)
		if err := os.WriteFile(crashed, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		checkWhole(t, path, streams, packets)
		checkChapters(t, path)
		decode(t, crashed)
		if done, err := repair(t.Context(), crashed); err != nil || done != (ending == ".mp4") {
			t.Errorf("repair of %s: %v, %v", ending, done, err)
		}
		decode(t, crashed)
		checkChapters(t, crashed)
	}
}

func checkChapters(t *testing.T, path string) {
	t.Helper()
	out := output(t, "ffprobe", "-v", "error", "-show_entries", "chapter=start_time:chapter_tags=title", "-of", "csv=p=0", path)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || lines[0] != "1.000000,Goal" || !strings.HasPrefix(lines[1], "3.000000,Ziel") || len(lines[1]) > 270 {
		t.Errorf("chapters of %s:\n%s", path, out)
	}
	out = output(t, "ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream_tags=title,handler_name", "-of", "csv=p=0", path)
	if strings.TrimSpace(out) != "Microphone \u2014 M" {
		t.Errorf("titles of %s: %q", path, out)
	}
}

// More chapters than the head of a Matroska file has room for are behind the clusters.
func TestManyChapters(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	path := filepath.Join(t.TempDir(), "a.mkv")
	r := record(t, path, streams, nil)
	for _, p := range inOrder(packets) {
		if err := r.WritePacket(p); err != nil {
			t.Fatal(err)
		}
		if p.Stream == streams[0] {
			r.Mark(strings.Repeat("x", 200))
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, path, streams, packets)
	out := output(t, "ffprobe", "-v", "error", "-show_entries", "chapter=start_time", "-of", "csv=p=0", path)
	if n := strings.Count(out, "\n"); n != 150 {
		t.Errorf("%d chapters of 150", n)
	}
}

// A file ends in time where it cannot become larger.
func TestSplitOfTheLargestFile(t *testing.T) {
	const most = 60 << 10
	streams, packets := media.Encode(t, 400)
	dir := t.TempDir()
	w, err := newWriter(filepath.Join(dir, "a.mp4"), streams, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.largest = most
	for _, p := range inOrder(packets) {
		if err := w.add(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.mp4"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v", files, err)
	}
	sum := 0
	for _, f := range files {
		decode(t, f)
		n, _ := strconv.Atoi(probe(t, f)[0].Packets)
		sum += n
	}
	if sum != 400 {
		t.Errorf("%d of 400 pictures", sum)
	}
}

// FAT has files of 4 GiB at most.
func TestLargest(t *testing.T) {
	if n := largest(t.TempDir()); n != 0 {
		t.Errorf("%d bytes on an ordinary disk", n)
	}
	image, dir := filepath.Join(t.TempDir(), "disk"), t.TempDir()
	if err := os.WriteFile(image, make([]byte, 8<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.vfat", image).CombinedOutput(); err != nil {
		t.Skipf("a disk with FAT needs mkfs.vfat (apt install dosfstools): %v: %s", err, out)
	}
	if out, err := exec.Command("mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("mounting it needs root, loop devices and a kernel with FAT: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	if n := largest(dir); n != 1<<32-1 {
		t.Errorf("%d bytes on FAT", n)
	}
}
