package encoder_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
)

// noisy returns the moving test card with noise that differs from picture to picture, as a camera has it.
func noisy(t *testing.T, n int) []*capture.VideoFrame {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	frames := pictures(t, n)
	for _, f := range frames {
		luma := f.Planes[0]
		for i := range luma {
			luma[i] += byte(random.IntN(24))
		}
	}
	return frames
}

// windows returns the bit rates of half seconds.
func windows(packets []*encoder.Packet) []float64 {
	const width = 500 * time.Millisecond
	var rates []float64
	for _, p := range packets {
		for len(rates) <= int(p.PTS/width) {
			rates = append(rates, 0)
		}
		rates[p.PTS/width] += float64(p.Size()) * 8 / width.Seconds()
	}
	return rates
}

// TestBitRateFollows changes the bit rate up and down: from one second later on it is that of each half second, and what
// comes decodes.
func TestBitRateFollows(t *testing.T) {
	const phase = 105 // pictures: 3.5 s
	rates := []int{3_000_000, 1_000_000, 3_000_000}
	c := config()
	c.BitRate = rates[0]
	v, err := encoder.NewVideo(c)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	packets := encode(t, v, noisy(t, phase*len(rates)), func(i int) { v.SetBitRate(rates[i/phase]) })
	for i, got := range windows(packets) {
		want := float64(rates[i*15/phase])
		t.Logf("%.1f s: %.0f kb/s of %.0f", float64(i)/2, got/1000, want/1000)
		if i*15%phase >= 30 && math.Abs(got/want-1) > 0.15 {
			t.Errorf("%.1f s: %.0f kb/s, want %.0f", float64(i)/2, got/1000, want/1000)
		}
	}
	decodes(t, "h264", packets)
	for i, p := range packets {
		if p.Stream != packets[0].Stream || p.Keyframe != (i%60 == 0) {
			t.Fatalf("picture %d: the encoder was opened anew", i)
		}
	}
}
