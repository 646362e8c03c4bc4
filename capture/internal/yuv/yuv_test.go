package yuv

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// exact is BT.709 limited range as ITU-R BT.709-6 item 3 has it, unrounded.
func exact(r, g, b float64) (y, u, v float64) {
	return 16 + (46.742*r+157.243*g+15.874*b)/256,
		128 + (-25.765*r-86.675*g+112.439*b)/256,
		128 + (112.439*r-102.129*g-10.310*b)/256
}

func randomBGRA(w, h int) []byte {
	src := make([]byte, 4*w*h)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range src {
		src[i] = byte(rng.Uint32())
		if rng.IntN(4) == 0 {
			src[i] = 255 * byte(rng.IntN(2)) // the corners of the colour cube are where errors are largest
		}
	}
	return src
}

func TestFromBGRAWithinTwoLevels(t *testing.T) {
	const w, h = 130, 64 // not a multiple of any vector width
	src := randomBGRA(w, h)
	for name, convert := range map[string]func(Image, []byte, int){"best": Image.FromBGRA, "plain": Image.fromBGRAPlain} {
		m := New(w, h)
		convert(m, src, 4*w)
		worst := 0.0
		check := func(got byte, want float64) { worst = max(worst, math.Abs(float64(got)-want)) }
		for y := 0; y < h; y += 2 {
			for x := 0; x < w; x += 2 {
				var mean [3]float64
				for _, d := range [][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
					p := src[4*((y+d[1])*w+x+d[0]):]
					Y, _, _ := exact(float64(p[2]), float64(p[1]), float64(p[0]))
					check(m.Planes[0][(y+d[1])*m.Strides[0]+x+d[0]], Y)
					for c := range mean {
						mean[c] += float64(p[c]) / 4
					}
				}
				_, U, V := exact(mean[2], mean[1], mean[0])
				check(m.Planes[1][y/2*m.Strides[1]+x/2], U)
				check(m.Planes[2][y/2*m.Strides[2]+x/2], V)
			}
		}
		m.Free()
		if worst > 2 {
			t.Errorf("%s: off by %.2f levels", name, worst)
		}
		t.Logf("%s: at most %.2f levels from the exact formula", name, worst)
	}
}

func TestRGBARoundTrip(t *testing.T) {
	for _, c := range [][3]byte{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}, {0, 0, 0}, {191, 191, 0}} {
		src := make([]byte, 4*64*64)
		for i := 0; i < len(src); i += 4 {
			src[i], src[i+1], src[i+2] = c[2], c[1], c[0]
		}
		m := New(64, 64)
		m.FromBGRA(src, 4*64)
		img := image.NewRGBA(image.Rect(0, 0, 100, 40))
		ToRGBA(img, m)
		m.Free()
		mid := img.RGBAAt(50, 20)
		for i, got := range []byte{mid.R, mid.G, mid.B} {
			// libyuv's way back has 7-bit factors and cuts the one for blue from 2.11 to 2: enough for a preview.
			if d := int(got) - int(c[i]); d < -13 || d > 13 {
				t.Errorf("%v came back as %v", c, mid)
			}
		}
		if edge := img.RGBAAt(1, 20); edge.R|edge.G|edge.B != 0 || edge.A != 255 {
			t.Errorf("the bar at the side is %v, not black", edge)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		src, dst image.Point
		want     image.Rectangle
	}{
		{image.Pt(1920, 1080), image.Pt(1280, 720), image.Rect(0, 0, 1280, 720)},
		{image.Pt(1024, 768), image.Pt(1280, 720), image.Rect(160, 0, 1120, 720)},
		{image.Pt(3840, 1080), image.Pt(1280, 720), image.Rect(0, 180, 1280, 540)},
		{image.Pt(1, 5000), image.Pt(640, 360), image.Rect(318, 0, 320, 360)},
	} {
		if got := Fit(c.src, c.dst); got != c.want {
			t.Errorf("Fit(%v, %v) = %v, want %v", c.src, c.dst, got, c.want)
		}
	}
}

func BenchmarkFromBGRA1080p(b *testing.B) {
	src := randomBGRA(1920, 1080)
	m := New(1920, 1080)
	defer m.Free()
	for b.Loop() {
		m.FromBGRA(src, 4*1920)
	}
}

func BenchmarkScale1080pTo720p(b *testing.B) {
	src, dst := New(1920, 1080), New(1280, 720)
	defer src.Free()
	defer dst.Free()
	for b.Loop() {
		src.ScaleTo(dst)
	}
}
