package gui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

const (
	quietest = -60.0 // dBFS at the left end of a meter
	lineGap  = 3     // between the lines of left and right
	lineSize = 6     // height of each
	clipSize = 10    // width of the light at the end
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

// A meter shows how loud a sound source is: a line for left and one for right. The thick part is the mean (RMS), the thin
// part before it the peak, the mark the highest peak of late, and the light at the end goes on when sound was cut off.
type meter struct {
	widget.BaseWidget
	reading model.Reading
}

func newMeter() *meter {
	m := &meter{reading: model.Silent()}
	m.ExtendBaseWidget(m)
	return m
}

// set moves the meter.
func (m *meter) set(r model.Reading) {
	if m.reading != r {
		m.reading = r
		m.Refresh()
	}
}

// along returns where on a meter a level lies, from 0 to 1.
func along(db float64) float32 { return float32(min(max((db-quietest)/-quietest, 0), 1)) }

// CreateRenderer implements fyne.Widget.
func (m *meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{meter: m}
	for i := range r.lines {
		l := &r.lines[i]
		l.track = r.add(theme.Color(colorTrack))
		l.peak = r.add(theme.Color(theme.ColorNamePlaceHolder))
		for n, z := range zones() {
			l.zones[n] = r.add(theme.Color(z.color))
		}
		l.hold = r.add(theme.Color(theme.ColorNameForeground))
	}
	r.clip = r.add(theme.Color(theme.ColorNameError))
	return r
}

type meterRenderer struct {
	meter   *meter
	size    fyne.Size
	lines   [2]meterLine
	clip    *canvas.Rectangle
	objects []fyne.CanvasObject
}

type meterLine struct {
	track, peak, hold *canvas.Rectangle
	zones             [3]*canvas.Rectangle
}

func (r *meterRenderer) add(c color.Color) *canvas.Rectangle {
	o := canvas.NewRectangle(c)
	r.objects = append(r.objects, o)
	return o
}

// Layout implements fyne.WidgetRenderer.
func (r *meterRenderer) Layout(size fyne.Size) {
	r.size = size
	width, now := size.Width-clipSize-2, r.meter.reading
	for i := range r.lines {
		r.lines[i].move(float32(i)*(lineSize+lineGap), width, now.RMS[i], now.Peak[i], now.Hold[i])
	}
	put(r.clip, width+2, 0, clipSize, 2*lineSize+lineGap)
	r.clip.FillColor = theme.Color(colorTrack)
	if now.Clip {
		r.clip.FillColor = theme.Color(theme.ColorNameError)
	}
}

// move lays out a line that shows these levels.
func (l *meterLine) move(y, width float32, rms, peak, hold float64) {
	end := along(rms)
	put(l.track, 0, y, width, lineSize)
	for i, z := range zones() {
		from, to := along(z.from), along(z.to)
		put(l.zones[i], from*width, y, max(min(end, to)-from, 0)*width, lineSize)
	}
	put(l.peak, end*width, y+lineSize/2-1, max(along(peak)-end, 0)*width, 2)
	show(l.hold, hold > quietest)
	put(l.hold, along(hold)*(width-2), y, 2, lineSize)
}

func put(o *canvas.Rectangle, x, y, width, height float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(width, height))
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
