package gui

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A preview shows what others will see.
type preview struct {
	widget.BaseWidget
	OnArea func(width, height int) // the preview has that many pixels now

	image   *canvas.Image
	message string
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

// CreateRenderer implements fyne.Widget.
func (p *preview) CreateRenderer() fyne.WidgetRenderer {
	r := &previewRenderer{
		preview: p,
		stage:   canvas.NewRectangle(theme.Color(colorStage)),
		message: canvas.NewText("", theme.Color(theme.ColorNamePlaceHolder)),
	}
	r.stage.CornerRadius = corner
	r.stage.StrokeColor, r.stage.StrokeWidth = theme.Color(colorLine), 1
	return r
}

type previewRenderer struct {
	preview *preview
	stage   *canvas.Rectangle
	message *canvas.Text
}

// Layout implements fyne.WidgetRenderer.
func (r *previewRenderer) Layout(size fyne.Size) {
	p := r.preview
	r.stage.Resize(size)
	p.image.Resize(size)
	least := r.message.MinSize()
	r.message.Move(fyne.NewPos((size.Width-least.Width)/2, (size.Height-least.Height)/2))
	r.message.Resize(least)
	if p.OnArea != nil {
		scale := float32(1)
		if c := fyne.CurrentApp().Driver().CanvasForObject(p); c != nil {
			scale = c.Scale()
		}
		p.OnArea(int(size.Width*scale), int(size.Height*scale))
	}
}

// MinSize implements fyne.WidgetRenderer.
func (*previewRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 180) }

// Refresh implements fyne.WidgetRenderer.
func (r *previewRenderer) Refresh() {
	r.message.Text = r.preview.message
	show(r.preview.image, r.preview.message == "")
	r.Layout(r.preview.Size())
	canvas.Refresh(r.preview)
}

// Objects implements fyne.WidgetRenderer.
func (r *previewRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.stage, r.preview.image, r.message}
}

// Destroy implements fyne.WidgetRenderer.
func (*previewRenderer) Destroy() {}
