package recording

import (
	"os"
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
	if err := Save(path, streams, inOrder(packets)); err != nil {
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

func TestChapters(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	for _, ending := range []string{".mp4", ".mkv"} {
		path := filepath.Join(t.TempDir(), "a"+ending)
		r := record(t, path, streams, nil)
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
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		checkWhole(t, path, streams, packets)
		out := output(t, "ffprobe", "-v", "error", "-show_entries", "chapter=start_time:chapter_tags=title", "-of", "csv=p=0", path)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 2 || lines[0] != "1.000000,Goal" || !strings.HasPrefix(lines[1], "3.000000,Ziel") || len(lines[1]) > 270 {
			t.Errorf("chapters of %s:\n%s", ending, out)
		}
	}
}
