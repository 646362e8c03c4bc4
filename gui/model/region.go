package model

import (
	"fmt"
	"image"
	"math"
	"strings"

	"golive/capture"
)

// MinRegion is the shortest side of a region, in pixels.
const MinRegion = 64

// RegionSpec returns the SPEC of the part r of the desktop.
func RegionSpec(r image.Rectangle) string {
	return fmt.Sprintf("region:%dx%d+%d+%d", r.Dx(), r.Dy(), r.Min.X, r.Min.Y)
}

// RegionOf returns the part of the desktop that spec names, if it names one.
func RegionOf(spec string) (image.Rectangle, bool) {
	if !strings.HasPrefix(spec, "region:") {
		return image.Rectangle{}, false
	}
	r, err := capture.ParseRegion(spec)
	return r, err == nil
}

// Even makes r a region: even sides of at least MinRegion, inside of bounds.
func Even(r, bounds image.Rectangle) image.Rectangle {
	r = r.Canon()
	w := min(max(r.Dx(), MinRegion), bounds.Dx()) &^ 1
	h := min(max(r.Dy(), MinRegion), bounds.Dy()) &^ 1
	x := min(max(r.Min.X, bounds.Min.X), bounds.Max.X-w)
	y := min(max(r.Min.Y, bounds.Min.Y), bounds.Max.Y-h)
	return image.Rect(x, y, x+w, y+h)
}

// ScreenFor returns the screen that spec shows or lies on, or the first one.
func ScreenFor(spec string, devices []capture.Device) (capture.Device, bool) {
	var screens []capture.Device
	for _, d := range devices {
		if d.Kind == capture.Screen {
			screens = append(screens, d)
		}
	}
	if len(screens) == 0 {
		return capture.Device{}, false
	}
	region, isRegion := RegionOf(spec)
	for _, s := range screens {
		if isRegion && region.Overlaps(s.Bounds) || SpecOf(s) == spec {
			return s, true
		}
	}
	return screens[0], true
}

// SpecOf returns the SPEC of a device.
func SpecOf(d capture.Device) string {
	if d.Kind == capture.Desktop {
		return string(capture.Desktop)
	}
	return strings.Join([]string{string(d.Kind), d.ID}, ":")
}

// A Box is a place in a plane of any unit.
type Box struct{ X, Y, W, H float64 }

// Fit returns where a picture of w x h lies in b when it keeps its shape and fills as much as it can.
func (b Box) Fit(w, h float64) Box {
	if w <= 0 || h <= 0 || b.W <= 0 || b.H <= 0 {
		return Box{b.X, b.Y, 0, 0}
	}
	scale := min(b.W/w, b.H/h)
	return Box{b.X + (b.W-w*scale)/2, b.Y + (b.H-h*scale)/2, w * scale, h * scale}
}

// A Lens maps places on the preview to pixels of the screen that it shows: the screen is fitted into the picture, and
// the picture into the preview.
type Lens struct {
	seen   Box // the screen as it is on the preview
	screen image.Rectangle
}

func NewLens(preview Box, picture image.Point, screen image.Rectangle) Lens {
	shown := preview.Fit(float64(picture.X), float64(picture.Y))
	return Lens{seen: shown.Fit(float64(screen.Dx()), float64(screen.Dy())), screen: screen}
}

// Point returns the pixel of the screen at (x, y) on the preview; the nearest one, when that is beside the screen.
func (l Lens) Point(x, y float64) image.Point {
	if l.seen.W <= 0 || l.seen.H <= 0 {
		return l.screen.Min
	}
	at := func(v, start, length float64, pixels int) int {
		return int(math.Round(min(max((v-start)/length, 0), 1) * float64(pixels)))
	}
	return l.screen.Min.Add(image.Pt(at(x, l.seen.X, l.seen.W, l.screen.Dx()), at(y, l.seen.Y, l.seen.H, l.screen.Dy())))
}
