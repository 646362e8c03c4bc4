package publish

import (
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
)

// While the person is away, pictures and sound are replaced, and nothing is lost.
func TestSlateStandsIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.mp4")
	b := startBroadcast(t, testConfig())
	goLive(t, b, file)
	eventually(t, "a second", func() bool { return b.Stats().Video.Encoded > 30 })
	if b.Stats().Slate {
		t.Error("a slate from the start")
	}
	b.SetSlate(true)
	before := b.Stats().Video.Encoded
	eventually(t, "a second of the slate", func() bool { return b.Stats().Video.Encoded > before+40 })
	if s := b.Stats(); !s.Slate {
		t.Errorf("%+v", s)
	}
	endLive(t, b)
	checkSlate(t, file, int(b.Stats().Video.Encoded), int(before))
}

func checkSlate(t *testing.T, file string, encoded, before int) {
	t.Helper()
	if got := pictures(t, file); got != encoded {
		t.Errorf("%d of %d pictures", got, encoded)
	}
	for n, slate := range map[int]bool{10: false, before + 20: true, encoded - 1: true} {
		p, err := testrig.Picture(t.Context(), file, n)
		if err != nil {
			t.Fatal(err)
		}
		r, g, bl := testrig.Mean(p, image.Rect(0, 0, 320, 60))
		if dark := r+g+bl < 150; dark != slate {
			t.Errorf("picture %d has the colour %.0f %.0f %.0f", n, r, g, bl)
		}
		wr, _, _ := testrig.Mean(p, image.Rect(80, 80, 240, 100)) // the words
		if slate && wr < r+20 {
			t.Errorf("picture %d has no words: %.0f on %.0f", n, wr, r)
		}
	}
	pcm, err := testrig.ReadPCM(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if early, late := pcm[:48000/2].Level(), pcm[len(pcm)-48000/2:].Level(); early < -40 || late > -60 {
		t.Errorf("sound of %.0f dB, then %.0f", early, late)
	}
}

func TestSlateStandsForALostSource(t *testing.T) {
	b := startBroadcast(t, testConfig())
	b.video.mu.Lock()
	b.video.err, b.video.lost = errors.New("unplugged"), time.Now().Add(-slateAfter/2)
	b.video.mu.Unlock()
	if b.stands(false) {
		t.Error("at once")
	}
	b.video.mu.Lock()
	b.video.lost = time.Now().Add(-slateAfter)
	b.video.mu.Unlock()
	if !b.stands(false) || b.stands(true) {
		t.Error("not for a lost source, or for one that delivers")
	}
}

func TestSlateFromAFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content func(*os.File) error) string {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := content(f); err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	white := image.NewGray(image.Rect(0, 0, 64, 36))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	encode := func(m image.Image) func(*os.File) error { return func(f *os.File) error { return png.Encode(f, m) } }
	var s slate
	if err := s.open(write("white.png", encode(white)), "", image.Pt(320, 180)); err != nil {
		t.Fatal(err)
	}
	if y := s.picture.Planes[0][0]; y < 230 {
		t.Errorf("luma %d", y)
	}
	s.picture.Release()
	for name, c := range map[string]struct{ file, says string }{
		"missing": {filepath.Join(dir, "none.png"), "no such file"},
		"no pic":  {write("words.png", func(f *os.File) error { _, err := f.WriteString("hello"); return err }), "is no PNG or JPEG"},
		"large":   {write("large.png", encode(image.NewGray(image.Rect(0, 0, maxSlateSide+1, 1)))), "at most 8192"},
		"tiny":    {write("tiny.png", encode(image.NewGray(image.Rect(0, 0, 1, 1)))), "fewer than 2x2"},
	} {
		if err := s.open(c.file, "", image.Pt(320, 180)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	config := testConfig()
	config.Slate = filepath.Join(dir, "none.png")
	if _, err := Start(t.Context(), config); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Every language that the window has, and one that nobody has, gets its words.
func TestSlateSpeaks(t *testing.T) {
	seen := map[string]string{}
	for _, language := range []string{"en", "zh_Hans", "xx"} {
		var s slate
		if err := s.open("", language, image.Pt(320, 180)); err != nil {
			t.Fatal(err)
		}
		seen[language] = string(s.picture.Planes[0])
		s.picture.Release()
	}
	if seen["en"] == seen["zh_Hans"] || seen["en"] != seen["xx"] {
		t.Error("English and Chinese look the same, or the unknown is not English")
	}
}
