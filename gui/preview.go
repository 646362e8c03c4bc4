package gui

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"golive/gui/model"
)

var (
	_ desktop.Mouseable  = (*preview)(nil)
	_ desktop.Cursorable = (*preview)(nil)
	_ fyne.Draggable     = (*preview)(nil)
)

// A preview shows what others will see, and lets a part of the screen be drawn on it with the mouse.
type preview struct {
	widget.BaseWidget
	OnArea   func(width, height int)      // the preview has that many pixels now
	OnPicked func(region image.Rectangle) // on the desktop

	image   *canvas.Image
	message string
	hint    string

	picking  bool
	screen   image.Rectangle // that the part is picked from
	picture  image.Point     // pixels of the broadcast's picture
	dragging bool
	from, to fyne.Position
}

func newPreview() *preview {
	p := &preview{image: &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest}}
	p.ExtendBaseWidget(p)
	return p
}

// show shows a picture.
func (p *preview) show(img *image.RGBA) {
	p.image.Image = img
	p.image.Refresh()
}

// say shows words instead of a picture; "" shows the picture.
func (p *preview) say(message string) {
	if p.message != message {
		p.message = message
		p.Refresh()
	}
}

// pick lets a part of screen be drawn. picture is the size of what is broadcast, in pixels.
func (p *preview) pick(screen image.Rectangle, picture image.Point, hint string) {
	p.picking, p.screen, p.picture, p.hint = true, screen, picture, hint
	p.Refresh()
}

// stop ends drawing without a result, and says whether there was something to end.
func (p *preview) stop() bool {
	was := p.picking
	p.picking, p.dragging = false, false
	p.Refresh()
	return was
}

// region returns what is drawn so far, on the desktop.
func (p *preview) region() image.Rectangle {
	size := p.Size()
	l := model.NewLens(model.Box{W: float64(size.Width), H: float64(size.Height)}, p.picture, p.screen)
	return image.Rectangle{
		Min: l.Point(float64(p.from.X), float64(p.from.Y)),
		Max: l.Point(float64(p.to.X), float64(p.to.Y)),
	}.Canon()
}

// MouseDown implements desktop.Mouseable.
func (p *preview) MouseDown(e *desktop.MouseEvent) { p.from, p.to = e.Position, e.Position }

// MouseUp implements desktop.Mouseable.
func (p *preview) MouseUp(*desktop.MouseEvent) {}

// Dragged implements fyne.Draggable.
func (p *preview) Dragged(e *fyne.DragEvent) {
	if !p.picking {
		return
	}
	p.dragging, p.to = true, e.Position
	p.Refresh()
}

// DragEnd implements fyne.Draggable. What is too small to be meant is not taken.
func (p *preview) DragEnd() {
	if !p.picking || !p.dragging {
		return
	}
	p.dragging = false
	r := p.region()
	p.Refresh()
	if r.Dx() < model.MinRegion/2 || r.Dy() < model.MinRegion/2 {
		return
	}
	p.stop()
	p.OnPicked(model.Even(r, p.screen))
}

// Cursor implements desktop.Cursorable.
func (p *preview) Cursor() desktop.Cursor {
	if p.picking {
		return desktop.CrosshairCursor
	}
	return desktop.DefaultCursor
}

// CreateRenderer implements fyne.Widget.
func (p *preview) CreateRenderer() fyne.WidgetRenderer {
	r := &previewRenderer{
		preview: p,
		stage:   canvas.NewRectangle(theme.Color(colorStage)),
		message: canvas.NewText("", theme.Color(theme.ColorNamePlaceHolder)),
		band:    canvas.NewRectangle(nil),
		plate:   canvas.NewRectangle(theme.Color(theme.ColorNamePrimary)),
		label:   canvas.NewText("", theme.Color(theme.ColorNameForegroundOnPrimary)),
	}
	r.stage.CornerRadius = corner
	r.band.StrokeColor, r.band.StrokeWidth = theme.Color(theme.ColorNamePrimary), 2
	r.plate.CornerRadius = 4
	r.label.TextSize = 13
	return r
}

type previewRenderer struct {
	preview *preview
	stage   *canvas.Rectangle
	message *canvas.Text
	band    *canvas.Rectangle // the part that is being drawn
	plate   *canvas.Rectangle // behind the label
	label   *canvas.Text      // its size, or what to do
}

// Layout implements fyne.WidgetRenderer.
func (r *previewRenderer) Layout(size fyne.Size) {
	p := r.preview
	r.stage.Resize(size)
	p.image.Resize(size)
	center(r.message, size, size.Height/2)
	if p.OnArea != nil {
		scale := float32(1)
		if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
			scale = c.Scale()
		}
		p.OnArea(int(size.Width*scale), int(size.Height*scale))
	}
	r.layoutBand(size)
}

func (r *previewRenderer) layoutBand(size fyne.Size) {
	p := r.preview
	show(r.band, p.picking && p.dragging)
	show(r.plate, p.picking)
	show(r.label, p.picking)
	if !p.picking {
		return
	}
	if !p.dragging {
		r.label.Text = p.hint
		r.plateAt(fyne.NewPos((size.Width-r.label.MinSize().Width)/2-8, 16))
		return
	}
	x, y := min(p.from.X, p.to.X), min(p.from.Y, p.to.Y)
	r.band.Move(fyne.NewPos(x, y))
	r.band.Resize(fyne.NewSize(max(p.from.X, p.to.X)-x, max(p.from.Y, p.to.Y)-y))
	region := model.Even(p.region(), p.screen)
	r.label.Text = fmt.Sprintf("%d x %d", region.Dx(), region.Dy())
	r.plateAt(fyne.NewPos(max(x, 4), max(y-28, 4)))
}

func (r *previewRenderer) plateAt(at fyne.Position) {
	text := r.label.MinSize()
	r.plate.Move(at)
	r.plate.Resize(fyne.NewSize(text.Width+16, text.Height+6))
	r.label.Move(at.AddXY(8, 3))
	r.label.Resize(text)
}

func center(t *canvas.Text, size fyne.Size, y float32) {
	least := t.MinSize()
	t.Move(fyne.NewPos((size.Width-least.Width)/2, y-least.Height/2))
	t.Resize(least)
}

// MinSize implements fyne.WidgetRenderer.
func (*previewRenderer) MinSize() fyne.Size { return fyne.NewSize(480, 270) }

// Refresh implements fyne.WidgetRenderer.
func (r *previewRenderer) Refresh() {
	r.message.Text = r.preview.message
	show(r.preview.image, r.preview.message == "")
	r.Layout(r.preview.Size())
	canvas.Refresh(r.preview)
}

// Objects implements fyne.WidgetRenderer.
func (r *previewRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.stage, r.preview.image, r.message, r.band, r.plate, r.label}
}

// Destroy implements fyne.WidgetRenderer.
func (*previewRenderer) Destroy() {}
