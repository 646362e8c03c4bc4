package capture

import (
	"fmt"
	"image"
	"strconv"
	"time"

	"github.com/kbinani/screenshot"

	"golive/capture/internal/yuv"
)

// A portable screen takes pictures in the way that works on every system: slowly, some 20 a second of a large screen,
// and without the mouse pointer. It is what is left where there is nothing better.
type portable struct {
	rect   image.Rectangle
	scaler scaler
}

// newPortable opens a "screen" or "region" SPEC.
func newPortable(s spec) (drawer, error) {
	p := &portable{}
	switch s.kind {
	case "region":
		var err error
		if p.rect, err = ParseRegion(s.String()); err != nil {
			return nil, err
		}
	case "screen":
		n, err := strconv.Atoi(s.arg)
		if count := screenshot.NumActiveDisplays(); err != nil || n < 0 || n >= count {
			return nil, fmt.Errorf("%w: %s: there are %d screens, numbered from 0", ErrNoDevice, s, count)
		}
		p.rect = screenshot.GetDisplayBounds(n)
	default:
		return nil, fmt.Errorf("capturing a %s is %w here; screen:0 and region:WxH+X+Y work", s.kind, ErrUnsupported)
	}
	p.rect.Max = p.rect.Min.Add(image.Pt(p.rect.Dx()&^1, p.rect.Dy()&^1))
	if _, err := screenshot.CaptureRect(p.rect); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNoDevice, s, err)
	}
	return p, nil
}

// draw implements drawer.
func (p *portable) draw(dst yuv.Image, _ int64, _ time.Time) (bool, error) {
	img, err := screenshot.CaptureRect(p.rect)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	yuv.SwapRedBlue(img.Pix, img.Stride, p.rect.Dx(), p.rect.Dy())
	p.scaler.draw(dst, img.Pix, img.Stride, p.rect.Dx(), p.rect.Dy())
	return true, nil
}

func (p *portable) close() { p.scaler.close() }

// portableScreens lists the screens.
func portableScreens() []Device {
	var devices []Device
	for i := range screenshot.NumActiveDisplays() {
		devices = append(devices, Device{Kind: Screen, ID: strconv.Itoa(i), Name: fmt.Sprintf("Screen %d", i+1), Bounds: screenshot.GetDisplayBounds(i)})
	}
	return devices
}
