package gui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Tappable     = (*tile)(nil)
	_ fyne.Focusable    = (*tile)(nil)
	_ desktop.Hoverable = (*tile)(nil)
)

// The size of the picture on a tile, in Fyne's pixels.
const tileWidth, tileHeight = 208, 117

// A tile is a picture with a name below that can be picked, by mouse and by keyboard.
type tile struct {
	widget.BaseWidget
	OnPicked func()

	picture *canvas.Image
	mark    *widget.Icon // while there is no picture
	name    *widget.Label
	frame   *canvas.Rectangle
	chosen  bool
	focused bool
	hovered bool
}

func newTile(name string, mark fyne.Resource, picked func()) *tile {
	t := &tile{
		OnPicked: picked,
		picture:  &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest},
		mark:     widget.NewIcon(mark), name: widget.NewLabel(name), frame: canvas.NewRectangle(color.Transparent),
	}
	t.name.Truncation = fyne.TextTruncateEllipsis
	t.name.Alignment = fyne.TextAlignCenter
	t.picture.Hide()
	t.ExtendBaseWidget(t)
	return t
}

// show puts a picture on the tile.
func (t *tile) show(img *image.RGBA) {
	if img != nil && t.picture.Image != img {
		t.picture.Image = img
		t.picture.Show()
		t.mark.Hide()
		t.picture.Refresh()
	}
}

// choose marks the tile as the one that is picked now, or not.
func (t *tile) choose(on bool) {
	if t.chosen != on {
		t.chosen = on
		t.decorate()
	}
}

func (t *tile) decorate() {
	t.frame.StrokeWidth, t.frame.StrokeColor = 1, theme.Color(theme.ColorNameInputBorder)
	t.frame.FillColor = theme.Color(theme.ColorNameButton)
	switch {
	case t.chosen || t.focused:
		t.frame.StrokeWidth, t.frame.StrokeColor = 3, theme.Color(theme.ColorNamePrimary)
	case t.hovered:
		t.frame.StrokeWidth, t.frame.StrokeColor = 2, theme.Color(theme.ColorNameForeground)
	}
	t.name.TextStyle.Bold = t.chosen
	t.name.Refresh()
	t.frame.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *tile) CreateRenderer() fyne.WidgetRenderer {
	t.frame.CornerRadius = 6
	t.decorate()
	back := canvas.NewRectangle(theme.Color(colorStage))
	back.SetMinSize(fyne.NewSize(tileWidth, tileHeight))
	mark := container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(36), t.mark))
	content := container.NewBorder(nil, t.name, nil, nil, pad(container.NewStack(back, mark, t.picture), 6, 0, 6, 6))
	return widget.NewSimpleRenderer(container.NewStack(t.frame, content))
}

// Tapped implements fyne.Tappable.
func (t *tile) Tapped(*fyne.PointEvent) { t.OnPicked() }

// FocusGained implements fyne.Focusable.
func (t *tile) FocusGained() { t.focused = true; t.decorate() }

// FocusLost implements fyne.Focusable.
func (t *tile) FocusLost() { t.focused = false; t.decorate() }

// TypedRune implements fyne.Focusable.
func (t *tile) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (t *tile) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || isEnter(e) {
		t.OnPicked()
		return
	}
	passOn(t, e)
}

// MouseIn implements desktop.Hoverable.
func (t *tile) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.decorate() }

// MouseMoved implements desktop.Hoverable.
func (t *tile) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (t *tile) MouseOut() { t.hovered = false; t.decorate() }
