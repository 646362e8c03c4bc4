package capture

import (
	"image"
	"image/color"
	"testing"
	"time"
)

// A pattern of single pixels becomes grey, a large area stays as it is.
func TestSoftener(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 128, 64))
	for y := range 64 {
		for x := range 128 {
			if x >= 64 || (x+y)%2 == 0 {
				m.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	f, err := NewStill(m, image.Pt(128, 64))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	f.PTS = time.Second
	s := NewSoftener(image.Pt(128, 64))
	defer s.Close()
	soft := s.Soften(f)
	defer soft.Release()
	at := func(f *VideoFrame, x, y int) int { return int(f.Planes[0][y*f.Strides[0]+x]) }
	if a, b := at(f, 20, 20), at(f, 21, 20); a-b < 200 {
		t.Fatalf("%d beside %d before", a, b)
	}
	if a, b := at(soft, 20, 20), at(soft, 21, 20); a-b > 10 || b-a > 10 {
		t.Errorf("%d beside %d", a, b)
	}
	if y := at(soft, 100, 32); y < 230 || soft.PTS != f.PTS {
		t.Errorf("white is %d, at %v", y, soft.PTS)
	}
}
