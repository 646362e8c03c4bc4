package capture

import "image"

const (
	// snapDistance is how near an edge must be for the marquee to stick to it, in pixels.
	snapDistance = 8
	// slip is how far the mouse may move in a click, in pixels.
	slip = 4
	// minPick is the shortest side of a picked region, in pixels.
	minPick = 16
)

// An outcome says whether a person has decided.
type outcome int

const (
	undecided outcome = iota
	taken
	cancelled
)

// A marquee is the rectangle that a person draws.
type marquee struct {
	bounds image.Rectangle
	snap   []image.Rectangle
	region image.Rectangle // drawn so far; its sides are even
	hover  image.Rectangle // what a click would take

	down     bool
	dragging bool
	from     image.Point
	last     image.Rectangle // before the button was pressed
}

func newMarquee(bounds, start image.Rectangle, snap []image.Rectangle) *marquee {
	return &marquee{bounds: bounds, snap: snap, region: start.Intersect(bounds)}
}

func (m *marquee) press(at image.Point) {
	m.down, m.dragging, m.from, m.last = true, false, at, m.region
}

// move is where the mouse is now. free: edges do not stick.
func (m *marquee) move(at image.Point, free bool) {
	if !m.down {
		m.hover = m.under(at)
		return
	}
	if d := at.Sub(m.from); !m.dragging && abs(d.X) <= slip && abs(d.Y) <= slip {
		return
	}
	m.dragging, m.hover = true, image.Rectangle{}
	from := m.from
	if !free {
		from, at = m.stick(from), m.stick(at)
	}
	m.region = m.fit(image.Rectangle{from, at}.Canon())
}

// release ends a drag, or takes what was clicked on.
func (m *marquee) release() {
	if m.down && !m.dragging {
		m.region = m.fit(m.under(m.from))
	} else if m.region.Dx() < minPick || m.region.Dy() < minPick {
		m.region = m.last // a slip of the hand
	}
	m.down, m.dragging = false, false
}

// nudge moves the region by pixels, or its lower right corner.
func (m *marquee) nudge(by image.Point, resize bool) {
	if m.region.Empty() {
		return
	}
	if !resize {
		moved := m.region.Add(by)
		if moved.In(m.bounds) {
			m.region = moved
		}
		return
	}
	r := m.region
	r.Max = r.Max.Add(by.Mul(2)) // its sides stay even
	if r.In(m.bounds) && r.Dx() >= minPick && r.Dy() >= minPick {
		m.region = r
	}
}

// under returns the smallest of what there is at a point.
func (m *marquee) under(at image.Point) image.Rectangle {
	var found image.Rectangle
	for _, r := range m.snap {
		r = r.Intersect(m.bounds)
		if at.In(r) && (found.Empty() || area(r) < area(found)) {
			found = r
		}
	}
	return found
}

// stick moves a point to the nearest edges.
func (m *marquee) stick(p image.Point) image.Point {
	x, y := p.X, p.Y
	bestX, bestY := snapDistance+1, snapDistance+1
	for _, r := range m.snap {
		for _, edge := range [...]image.Point{r.Min, r.Max} {
			if d := abs(edge.X - p.X); d < bestX {
				x, bestX = edge.X, d
			}
			if d := abs(edge.Y - p.Y); d < bestY {
				y, bestY = edge.Y, d
			}
		}
	}
	return image.Pt(x, y)
}

// fit cuts a rectangle to the desktop and makes its sides even.
func (m *marquee) fit(r image.Rectangle) image.Rectangle {
	r = r.Intersect(m.bounds)
	r.Max.X -= r.Dx() & 1
	r.Max.Y -= r.Dy() & 1
	return r
}

func area(r image.Rectangle) int { return r.Dx() * r.Dy() }

func abs(n int) int { return max(n, -n) }
