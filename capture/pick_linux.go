package capture

import (
	"context"
	"errors"
	"fmt"
	"image"

	"golive/capture/internal/x11"
)

func pickRegion(ctx context.Context, o PickOptions) (image.Rectangle, error) {
	if o.Aside != 0 {
		back, err := x11.PutAside(uint32(o.Aside))
		if err != nil {
			return image.Rectangle{}, fmt.Errorf("%w: the desktop cannot be drawn on: %w", ErrNoDevice, err)
		}
		defer back()
	}
	overlay, err := x11.OpenOverlay("", o.Hint, o.Label)
	if err != nil {
		return image.Rectangle{}, fmt.Errorf("%w: the desktop cannot be drawn on: %w", ErrNoDevice, err)
	}
	defer overlay.Close()
	stop := context.AfterFunc(ctx, overlay.Close)
	defer stop()
	m := newMarquee(overlay.Bounds(), o.Start, o.Snap)
	for {
		overlay.Show(m.region, m.hover)
		e, err := overlay.Wait()
		if err != nil {
			return image.Rectangle{}, errors.Join(ErrCancelled, ctx.Err())
		}
		switch m.handle(e) {
		case taken:
			return m.region, nil
		case cancelled:
			return image.Rectangle{}, ErrCancelled
		}
	}
}

// handle lets the marquee have an event.
func (m *marquee) handle(e x11.Event) outcome {
	switch e.Kind {
	case x11.Press:
		m.press(e.At)
	case x11.Move:
		m.move(e.At, e.Alt)
	case x11.Release:
		m.release()
	case x11.Enter:
		if !m.region.Empty() {
			return taken
		}
	case x11.Escape:
		return cancelled
	case x11.Arrow:
		m.nudge(e.At, e.Shift)
	}
	return undecided
}
