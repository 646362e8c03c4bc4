package gui

import (
	"errors"
	"fmt"
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"golive/capture"
	"golive/gui/model"
)

// draw lets the person draw a part of the screen, on the screen.
func (w *window) draw() {
	s := w.model.State()
	start, _ := model.RegionOf(s.Profile.Video)
	o := capture.PickOptions{
		Start: start, Snap: model.Edges(s.Devices), Label: sizeLabel(),
		Hint: plate(lang.L("Drag over the part to show, or click a window. Enter takes it, arrow keys move it, Esc cancels.")),
	}
	w.native(func(id uintptr) { o.Aside = id }) // it would be in the way
	w.background(func() {
		region, err := capture.PickRegion(w.running, o)
		if err == nil {
			w.model.Show(model.RegionSpec(model.Even(region, model.DesktopBounds(s.Devices, region))))
		} else if !errors.Is(err, capture.ErrCancelled) {
			w.model.Report(err)
		}
	})
}

// native calls do with what the display calls the window, on X11.
func (w *window) native(do func(id uintptr)) {
	if native, ok := w.window.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			if x, ok := context.(driver.X11WindowContext); ok && x.WindowHandle != 0 {
				do(x.WindowHandle)
			}
		})
	}
}

// plate returns words as a picture, for where there is no window.
func plate(words string) image.Image {
	text := canvas.NewText(words, color.White)
	text.TextSize = 16
	back := canvas.NewRectangle(color.NRGBA{R: 0x12, G: 0x14, B: 0x19, A: 0xff})
	return software.Render(container.NewStack(back, pad(text, 8, 8, 16, 16)), fyne.CurrentApp().Settings().Theme())
}

// sizeLabel returns what writes the size of a region on a small plate. Any goroutine may call that.
func sizeLabel() func(image.Point) image.Image {
	parsed, err := opentype.Parse(theme.DefaultTextBoldFont().Content())
	if err != nil {
		return nil
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 15, DPI: 72})
	if err != nil {
		return nil
	}
	return func(size image.Point) image.Image {
		text := fmt.Sprintf("%d x %d", size.X, size.Y)
		width := font.MeasureString(face, text).Ceil() + 20
		m := image.NewRGBA(image.Rect(0, 0, width, 28))
		for i := range m.Pix {
			m.Pix[i] = [...]byte{0x12, 0x14, 0x19, 0xff}[i%4]
		}
		d := font.Drawer{Dst: m, Src: image.White, Face: face, Dot: fixed.P(10, 19)}
		d.DrawString(text)
		return m
	}
}
