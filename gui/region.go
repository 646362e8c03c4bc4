package gui

import (
	"fmt"
	"image"
	"math"
	"strings"

	"golive/capture"
)

// minRegion is the shortest side of a region, in pixels.
const minRegion = 64

// regionSpec returns the SPEC of the part r of the desktop.
func regionSpec(r image.Rectangle) string {
	return fmt.Sprintf("region:%dx%d+%d+%d", r.Dx(), r.Dy(), r.Min.X, r.Min.Y)
}

// regionOf returns the part of the desktop that spec names, if it names one.
func regionOf(spec string) (image.Rectangle, bool) {
	if !strings.HasPrefix(spec, "region:") {
		return image.Rectangle{}, false
	}
	r, err := capture.ParseRegion(spec)
	return r, err == nil
}

// even makes r a region: even sides of at least minRegion, inside of bounds.
func even(r, bounds image.Rectangle) image.Rectangle {
	r = r.Canon()
	w := min(max(r.Dx(), minRegion), bounds.Dx()) &^ 1
	h := min(max(r.Dy(), minRegion), bounds.Dy()) &^ 1
	x := min(max(r.Min.X, bounds.Min.X), bounds.Max.X-w)
	y := min(max(r.Min.Y, bounds.Min.Y), bounds.Max.Y-h)
	return image.Rect(x, y, x+w, y+h)
}

// screenFor returns the screen that spec shows or lies on, or the first one.
func screenFor(spec string, devices []capture.Device) (capture.Device, bool) {
	var screens []capture.Device
	for _, d := range devices {
		if d.Kind == capture.Screen {
			screens = append(screens, d)
		}
	}
	if len(screens) == 0 {
		return capture.Device{}, false
	}
	region, isRegion := regionOf(spec)
	for _, s := range screens {
		if isRegion && region.Overlaps(s.Bounds) || specOf(s) == spec {
			return s, true
		}
	}
	return screens[0], true
}

// specOf returns the SPEC of a device.
func specOf(d capture.Device) string {
	if d.Kind == capture.Desktop {
		return string(capture.Desktop)
	}
	return strings.Join([]string{string(d.Kind), d.ID}, ":")
}

// A box is a place in a plane of any unit.
type box struct{ x, y, w, h float64 }

// fit returns where a picture of w x h lies in b when it keeps its shape and fills as much as it can.
func (b box) fit(w, h float64) box {
	if w <= 0 || h <= 0 || b.w <= 0 || b.h <= 0 {
		return box{b.x, b.y, 0, 0}
	}
	scale := min(b.w/w, b.h/h)
	return box{b.x + (b.w-w*scale)/2, b.y + (b.h-h*scale)/2, w * scale, h * scale}
}

// A lens maps places on the preview to pixels of the screen that it shows: the screen is fitted into the picture, and
// the picture into the preview.
type lens struct {
	seen   box // the screen as it is on the preview
	screen image.Rectangle
}

func newLens(preview box, picture image.Point, screen image.Rectangle) lens {
	shown := preview.fit(float64(picture.X), float64(picture.Y))
	return lens{seen: shown.fit(float64(screen.Dx()), float64(screen.Dy())), screen: screen}
}

// point returns the pixel of the screen at (x, y) on the preview; the nearest one, when that is beside the screen.
func (l lens) point(x, y float64) image.Point {
	if l.seen.w <= 0 || l.seen.h <= 0 {
		return l.screen.Min
	}
	at := func(v, start, length float64, pixels int) int {
		return int(math.Round(min(max((v-start)/length, 0), 1) * float64(pixels)))
	}
	return l.screen.Min.Add(image.Pt(at(x, l.seen.x, l.seen.w, l.screen.Dx()), at(y, l.seen.y, l.seen.h, l.screen.Dy())))
}
