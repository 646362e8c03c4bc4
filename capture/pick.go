package capture

import (
	"context"
	"errors"
	"image"
)

// ErrCancelled is returned when the person has decided not to pick.
var ErrCancelled = errors.New("cancelled")

// PickOptions say how a part of the desktop is to be picked.
type PickOptions struct {
	Start image.Rectangle   // drawn already; empty for none
	Snap  []image.Rectangle // screens and windows: edges stick to theirs, and a click takes one whole
	// Label returns what stands beside a region of that size; nil for nothing.
	Label func(size image.Point) image.Image
	Hint  image.Image // stands at the top; nil for nothing
	Aside uintptr     // a window of the program's own (on X11 its ID) that is put aside meanwhile; 0 for none
}

// PickRegion covers the desktop with a frozen, darker picture of itself, lets the person draw a part of it there, and
// returns that. Enter takes it, Escape does not; the arrow keys move it by a pixel, with Shift they change its size. It
// blocks until then or until ctx ends. Errors: ErrCancelled, ErrUnsupported, ErrNoDevice.
func PickRegion(ctx context.Context, o PickOptions) (image.Rectangle, error) {
	return pickRegion(ctx, o)
}
