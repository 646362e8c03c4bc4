package capture

import (
	"image"
	"testing"
)

func TestMarquee(t *testing.T) {
	desktop := image.Rect(0, 0, 1920, 1080)
	window := image.Rect(300, 200, 901, 701)
	drag := func(m *marquee, free bool, points ...image.Point) {
		m.move(points[0], free)
		m.press(points[0])
		for _, p := range points[1:] {
			m.move(p, free)
		}
		m.release()
	}
	for _, tt := range []struct {
		what string
		do   func(m *marquee)
		want image.Rectangle
	}{
		{"drawn", func(m *marquee) { drag(m, false, image.Pt(40, 50), image.Pt(680, 530)) }, image.Rect(40, 50, 680, 530)},
		{"backwards", func(m *marquee) { drag(m, false, image.Pt(680, 530), image.Pt(40, 50)) }, image.Rect(40, 50, 680, 530)},
		{"odd", func(m *marquee) { drag(m, false, image.Pt(40, 50), image.Pt(681, 531)) }, image.Rect(40, 50, 680, 530)},
		{"snaps to the window", func(m *marquee) { drag(m, false, image.Pt(305, 193), image.Pt(896, 705)) }, image.Rect(300, 200, 900, 700)},
		{"snaps to the screen", func(m *marquee) { drag(m, false, image.Pt(6, 3), image.Pt(1915, 1077)) }, desktop},
		{"freely", func(m *marquee) { drag(m, true, image.Pt(305, 193), image.Pt(895, 705)) }, image.Rect(305, 193, 895, 705)},
		{"a click on the window", func(m *marquee) { drag(m, false, image.Pt(400, 400), image.Pt(402, 401)) }, image.Rect(300, 200, 900, 700)},
		{"a click beside it", func(m *marquee) { drag(m, false, image.Pt(20, 20)) }, desktop},
		{"a slip", func(m *marquee) {
			drag(m, false, image.Pt(40, 50), image.Pt(680, 530))
			drag(m, true, image.Pt(40, 50), image.Pt(48, 52))
		}, image.Rect(40, 50, 680, 530)},
		{"nudged", func(m *marquee) {
			drag(m, false, image.Pt(40, 50), image.Pt(680, 530))
			m.nudge(image.Pt(-1, 0), false)
			m.nudge(image.Pt(0, 1), false)
			m.nudge(image.Pt(1, 0), true)
		}, image.Rect(39, 51, 681, 531)},
		{"nudged against the edge", func(m *marquee) {
			drag(m, false, image.Pt(0, 0), image.Pt(1920, 1080))
			m.nudge(image.Pt(-1, 0), false)
			m.nudge(image.Pt(1, 1), true)
		}, desktop},
	} {
		m := newMarquee(desktop, image.Rectangle{}, []image.Rectangle{desktop, window})
		tt.do(m)
		if m.region != tt.want {
			t.Errorf("%s: %v, want %v", tt.what, m.region, tt.want)
		}
	}
	m := newMarquee(desktop, image.Rectangle{}, []image.Rectangle{desktop, window})
	if m.move(image.Pt(400, 400), false); m.hover != window {
		t.Errorf("over the window a click would take %v", m.hover)
	}
	if m.nudge(image.Pt(1, 1), false); !m.region.Empty() {
		t.Errorf("nothing is nudged to %v", m.region)
	}
}
