package testrig_test

import (
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golive/capture/testcard"
	"golive/internal/testrig"
)

// encodeCard makes a video of 30 pictures of the test card with FFmpeg, in BT.709, with a tone.
func encodeCard(t *testing.T) string {
	t.Helper()
	const w, h = 640, 360
	dir := t.TempDir()
	raw, file := filepath.Join(dir, "raw"), filepath.Join(dir, "card.mp4")
	f, err := os.Create(raw)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	card := testcard.New(w, h, testcard.BGRA)
	for n := range 30 {
		card.Draw(time.UnixMilli(1_800_000_000_000+int64(n)*100), uint32(n))
		if _, err := f.Write(card.Pix); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-f", "rawvideo", "-pix_fmt", "bgra", "-r", "10",
		"-s", fmt.Sprintf("%dx%d", w, h), "-i", raw, "-f", "lavfi", "-i", "sine=1000:sample_rate=48000:duration=3",
		"-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-b:v", "500k", "-preset", "ultrafast", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

func TestPicturesOfFile(t *testing.T) {
	file := encodeCard(t)
	img, err := testrig.Picture(t.Context(), file, 12)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range testcard.Patches(img.Rect.Dx(), img.Rect.Dy()) {
		r, g, b := testrig.Mean(img, p.Bounds)
		if off := max(math.Abs(r-float64(p.Color.R)), math.Abs(g-float64(p.Color.G)), math.Abs(b-float64(p.Color.B))); off > 4 {
			t.Errorf("%s is %.0f %.0f %.0f", p.Name, r, g, b)
		}
	}
	if at, n, err := decode(img); err != nil || n != 12 || at.UnixMilli() != 1_800_000_001_200 {
		t.Errorf("frame %d of %v, %v", n, at, err)
	}
	if _, err := testrig.Picture(t.Context(), file, 30); err == nil {
		t.Error("picture 30 of 0 to 29 was found")
	}
	count := 0
	err = testrig.EachLuma(t.Context(), file, func(n int, l testrig.Luma) error {
		_, frame, err := testcard.Decode(l.At, l.Width, l.Height)
		if err == nil && int(frame) != n {
			err = fmt.Errorf("picture %d says %d", n, frame)
		}
		count++
		return err
	})
	if err != nil || count != 30 {
		t.Errorf("%d pictures, %v", count, err)
	}
}

func TestDecodeStrictComplains(t *testing.T) {
	file := encodeCard(t)
	if err := testrig.DecodeStrict(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(data) / 4; i < len(data)/2; i += 50 {
		data[i] ^= 0x55
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := testrig.DecodeStrict(t.Context(), file); err == nil {
		t.Error("no complaint about a damaged file")
	}
}

func TestOnsets(t *testing.T) {
	pcm := make(testrig.PCM, 2*testrig.SampleRate)
	for _, from := range []int{30000, 70000} {
		for i := range 2400 {
			pcm[from+i] = float32(0.5 * math.Sin(2*math.Pi*1000*float64(i)/testrig.SampleRate))
		}
	}
	got := pcm.Onsets(1000)
	if len(got) != 2 || abs(got[0]-30000) > 96 || abs(got[1]-70000) > 96 {
		t.Errorf("onsets at %v, want 30000 and 70000", got)
	}
	if got := pcm.Onsets(5000); len(got) != 0 {
		t.Errorf("onsets of a tone that is not there: %v", got)
	}
}

func abs(n int) int { return max(n, -n) }

func TestMeanLeavesTheEdgeOut(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for y := range 20 {
		for x := range 20 {
			copy(img.Pix[img.PixOffset(10+x, 10+y):], []byte{10, 20, 30, 255})
		}
	}
	if r, g, b := testrig.Mean(img, image.Rect(4, 4, 36, 36)); r != 10 || g != 20 || b != 30 {
		t.Errorf("mean %v %v %v", r, g, b)
	}
}
