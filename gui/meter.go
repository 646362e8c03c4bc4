package gui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/capture"
	"golive/publish"
)

const (
	quietest = -60.0 // dBFS at the left end of a meter
	lineGap  = 3     // between the lines of left and right
	lineSize = 5     // height of each
)

// A zone is a part of a meter, by where it begins and ends in dBFS.
type zone struct {
	from, to float64
	color    fyne.ThemeColorName
}

// zones returns the parts of a meter: good, loud, too loud.
func zones() [3]zone {
	return [...]zone{
		{quietest, -18, theme.ColorNameSuccess},
		{-18, -6, theme.ColorNameWarning},
		{-6, 0, colorLoud},
	}
}

// A meter shows how loud a sound source is: a line for left and one for right, each with a mark at the last peak.
type meter struct {
	widget.BaseWidget
	level publish.SourceLevel
}

func newMeter() *meter {
	m := &meter{level: silence()}
	m.ExtendBaseWidget(m)
	return m
}

func silence() publish.SourceLevel {
	quiet := [2]float64{capture.Silence, capture.Silence}
	return publish.SourceLevel{LevelDB: quiet, PeakDB: quiet}
}

// set moves the meter.
func (m *meter) set(l publish.SourceLevel) {
	if m.level != l {
		m.level = l
		m.Refresh()
	}
}

// along returns where on a meter a level lies, from 0 to 1.
func along(db float64) float32 { return float32(min(max((db-quietest)/-quietest, 0), 1)) }

// CreateRenderer implements fyne.Widget.
func (m *meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{meter: m}
	for line := range r.lines {
		l := &r.lines[line]
		l.track = r.add(theme.Color(colorTrack))
		for i, z := range zones() {
			l.zones[i] = r.add(theme.Color(z.color))
		}
		l.peak = r.add(theme.Color(theme.ColorNameForeground))
	}
	return r
}

type meterRenderer struct {
	meter   *meter
	size    fyne.Size
	lines   [2]meterLine
	objects []fyne.CanvasObject
}

type meterLine struct {
	track, peak *canvas.Rectangle
	zones       [3]*canvas.Rectangle
}

func (r *meterRenderer) add(c color.Color) *canvas.Rectangle {
	o := canvas.NewRectangle(c)
	r.objects = append(r.objects, o)
	return o
}

// Layout implements fyne.WidgetRenderer.
func (r *meterRenderer) Layout(size fyne.Size) {
	r.size = size
	for i := range r.lines {
		y := float32(i) * (lineSize + lineGap)
		place(r.lines[i].track, 0, y, size.Width)
		r.lines[i].move(y, size.Width, r.meter.level.LevelDB[i], r.meter.level.PeakDB[i])
	}
}

// move lays out a line that shows level and peak.
func (l *meterLine) move(y, width float32, level, peak float64) {
	end := along(level)
	for i, z := range zones() {
		from, to := along(z.from), along(z.to)
		place(l.zones[i], from*width, y, max(min(end, to)-from, 0)*width)
	}
	show(l.peak, peak > quietest)
	place(l.peak, along(peak)*(width-2), y, 2)
}

func place(o *canvas.Rectangle, x, y, width float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, lineSize))
}

// MinSize implements fyne.WidgetRenderer.
func (*meterRenderer) MinSize() fyne.Size { return fyne.NewSize(60, 2*lineSize+lineGap) }

// Refresh implements fyne.WidgetRenderer.
func (r *meterRenderer) Refresh() {
	r.Layout(r.size)
	canvas.Refresh(r.meter)
}

// Objects implements fyne.WidgetRenderer.
func (r *meterRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Destroy implements fyne.WidgetRenderer.
func (*meterRenderer) Destroy() {}
