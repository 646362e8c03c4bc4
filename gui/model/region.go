package model

import (
	"fmt"
	"image"
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

// DesktopBounds returns the smallest rectangle around all screens, or old when none is known.
func DesktopBounds(devices []capture.Device, old image.Rectangle) image.Rectangle {
	var all image.Rectangle
	for _, d := range devices {
		if d.Kind == capture.Screen {
			all = all.Union(d.Bounds)
		}
	}
	if all.Empty() {
		return old
	}
	return all
}

// Edges returns where screens and windows are, for what is drawn to stick to.
func Edges(devices []capture.Device) []image.Rectangle {
	var all []image.Rectangle
	for _, d := range devices {
		if !d.Bounds.Empty() {
			all = append(all, d.Bounds)
		}
	}
	return all
}
