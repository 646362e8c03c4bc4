package recording

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golive/internal/testrig/media"
)

func TestRecordingRepairsWhatACrashLeft(t *testing.T) {
	streams, packets := media.Encode(t, 150)
	whole := crashed(t, streams, packets)
	dir := t.TempDir()
	files := map[string][]byte{
		"killed.mp4":     whole,
		"torn.mp4":       whole[:len(whole)-1000],
		"torn head.mp4":  append(slices.Clone(whole), 0, 0, 4),
		"zeros.mp4":      append(slices.Clone(whole), make([]byte, 5000)...),
		"half moov.mp4":  append(slices.Clone(whole), box("moov", make([]byte, 50))...),
		"header.mp4":     whole[:1200],
		"strange.mp4":    []byte("not a film"),
		"not a film.txt": whole,
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	other := record(t, filepath.Join(dir, "other.mp4"), streams, packets) // goes on beside it
	r := record(t, filepath.Join(dir, "new.mp4"), streams, packets)
	repaired := func() []string { return append(r.Status().Repaired, other.Status().Repaired...) } // whoever was first
	await(t, "repairs", func() bool { return len(repaired()) >= 5 })
	for _, x := range []*Recorder{r, other} {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"killed.mp4", "torn.mp4", "torn head.mp4", "zeros.mp4", "half moov.mp4", "other.mp4", "new.mp4"} {
		path := filepath.Join(dir, name)
		if got := boxes(t, path); got != "ftyp mdat moov" {
			t.Errorf("%s is made of %s", name, got)
		}
		decode(t, path)
		if n, _ := strconv.Atoi(probe(t, path)[0].Packets); n < 89 {
			t.Errorf("%s: %d of 150 pictures", name, n)
		}
	}
	for _, name := range []string{"header.mp4", "strange.mp4", "not a film.txt"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, files[name]) {
			t.Errorf("%s has changed: %v", name, err)
		}
	}
	if got := repaired(); len(got) != 5 {
		t.Errorf("repaired: %q", got)
	}
}

// A file that is being recorded is not touched, and one that is finished is not again.
func TestRepairLeavesAlone(t *testing.T) {
	streams, packets := media.Encode(t, 60)
	path := filepath.Join(t.TempDir(), "a.mp4")
	r := record(t, path, streams, packets)
	await(t, "fragments", func() bool { return fragments(t, path) > 1 })
	if done, err := repair(t.Context(), path); done || err != nil {
		t.Errorf("repaired a recording that goes on: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if done, err := repair(t.Context(), path); done || err != nil {
		t.Errorf("repaired a finished one: %v", err)
	}
}

// Whatever a damaged disk made of a recording, a repair ends, and does not crash.
func FuzzRepair(f *testing.F) {
	f.Add(box("moov", box("trak", box("mdia", nil))))
	f.Add(slices.Concat(box("moov", box("stbl", nil)), box("moof", box("traf", nil)), box("mdat", nil)))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "a.mp4")
		if err := os.WriteFile(path, slices.Concat(fileType(), unfinished(), content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _ = repair(t.Context(), path) // either is right
	})
}

func TestRepairOfDamage(t *testing.T) {
	streams, packets := media.Encode(t, 60)
	var whole []byte
	path := filepath.Join(t.TempDir(), "a.mp4")
	r := record(t, path, streams, packets)
	await(t, "fragments", func() bool { return fragments(t, path) > 1 })
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	random := rand.New(rand.NewPCG(1, 2))
	damaged := filepath.Join(t.TempDir(), "b.mp4")
	for range 300 {
		b := slices.Clone(whole)
		for range 1 + random.IntN(8) {
			b[markAt+16+random.IntN(1500)] = byte(random.Uint32())
		}
		if err := os.WriteFile(damaged, b, 0o644); err != nil {
			t.Fatal(err)
		}
		_, _ = repair(t.Context(), damaged) // either is right
	}
}
