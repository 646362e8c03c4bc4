//go:build linux

package x11

import (
	"fmt"
	"image"

	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xproto"
)

// A region is a rectangle of the root: a part of the desktop, or a whole screen that is followed when it changes.
type region struct {
	rect   image.Rectangle
	screen string          // the name of the monitor whose rectangle it is; "" for a fixed one
	root   image.Rectangle // empty when it has to be asked for
}

// Region grabs the rectangle r of the root. It takes the Display over; on error it is still the caller's.
func (d *Display) Region(r image.Rectangle) (*Grabber, error) { return newGrabber(d, &region{rect: r}) }

// Screen grabs one monitor, also when its place or size changes. It takes the Display over like Region.
func (d *Display) Screen(s Screen) (*Grabber, error) {
	return newGrabber(d, &region{rect: s.Bounds, screen: s.Name})
}

func (r *region) pixels(d *Display) (xproto.Drawable, image.Rectangle, error) {
	if r.root.Empty() {
		var err error
		if r.root, err = d.Bounds(); err != nil {
			return 0, image.Rectangle{}, fmt.Errorf("the display is gone: %w", err)
		}
	}
	part := r.rect.Intersect(r.root)
	if part.Dx() < 2 || part.Dy() < 2 {
		return 0, image.Rectangle{}, fmt.Errorf("%w: %v lies outside of the desktop, which is %dx%d", ErrGone, r.rect, r.root.Dx(), r.root.Dy())
	}
	return xproto.Drawable(d.root), part, nil
}

func (r *region) onRoot(_ *Display, part image.Rectangle) image.Rectangle { return part }

func (r *region) watched(d *Display) xproto.Drawable { return xproto.Drawable(d.root) }

func (r *region) event(d *Display, e any) bool {
	if _, ok := e.(randr.ScreenChangeNotifyEvent); !ok {
		return false
	}
	r.root = image.Rectangle{}
	if r.screen == "" {
		return true
	}
	screens, err := d.Screens()
	if err != nil {
		return false
	}
	for _, s := range screens {
		if s.Name == r.screen {
			r.rect = s.Bounds
		}
	}
	return true
}

func (r *region) close(*Display) {}
