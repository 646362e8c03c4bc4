package capture

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"golive/capture/internal/x11"
	"golive/capture/internal/yuv"
)

// A screen draws what an X display shows: a monitor, a region or a window.
type screen struct {
	grabber *x11.Grabber
	scaler  scaler
	log     *slog.Logger
	gone    bool // said already
}

// newScreen opens a "screen", "region" or "window" SPEC.
func newScreen(s spec, o VideoOptions) (drawer, error) {
	d, err := newShared(s, o)
	if errors.Is(err, x11.ErrNoSharing) {
		o.Log.Warn("pictures are taken slowly", "reason", err)
		return newPortable(s)
	}
	return d, err
}

// newShared opens it over shared memory.
func newShared(s spec, o VideoOptions) (drawer, error) {
	d, err := openDisplay(o.Display)
	if err != nil {
		return nil, err
	}
	g, err := openGrabber(d, s)
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrNoDevice, s, err)
	}
	if _, _, err := g.Grab(); err != nil { // it cannot be seen
		g.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrNoDevice, s, err)
	}
	g.Expose()
	return &screen{grabber: g, log: o.Log.With("source", s.String())}, nil
}

func openDisplay(name string) (*x11.Display, error) {
	if name == "" {
		name = os.Getenv("DISPLAY")
	}
	if name == "" {
		return nil, fmt.Errorf("%w: there is no display: DISPLAY is not set; start Golive in a desktop session, or use --video pattern", ErrNoDevice)
	}
	d, err := x11.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: the display %s cannot be opened: %w; check DISPLAY, and that you may use it (xhost)", ErrNoDevice, name, err)
	}
	return d, nil
}

func openGrabber(d *x11.Display, s spec) (*x11.Grabber, error) {
	switch s.kind {
	case "region":
		r, err := ParseRegion(s.String())
		if err != nil {
			return nil, err
		}
		return d.Region(r)
	case "window":
		w, err := findWindow(d, s.arg)
		if err != nil {
			return nil, err
		}
		return d.Window(w)
	}
	sc, err := findScreen(d, s.arg)
	if err != nil {
		return nil, err
	}
	return d.Screen(sc)
}

// findScreen takes a number, in the order of Devices, or the name of an output such as HDMI-1.
func findScreen(d *x11.Display, arg string) (x11.Screen, error) {
	screens, err := d.Screens()
	if err != nil {
		return x11.Screen{}, err
	}
	var names []string
	for i, s := range screens {
		if arg == strconv.Itoa(i) || arg == s.Name {
			return s, nil
		}
		names = append(names, fmt.Sprintf("screen:%d (%s)", i, s.Name))
	}
	return x11.Screen{}, fmt.Errorf("there is no such screen; there are %s", strings.Join(names, ", "))
}

// findWindow takes an ID, decimal or 0x hexadecimal, a whole title, or a part of one in any case.
func findWindow(d *x11.Display, arg string) (x11.Window, error) {
	windows, err := d.Windows()
	if err != nil {
		return x11.Window{}, err
	}
	id, err := strconv.ParseUint(arg, 0, 32)
	for _, w := range windows {
		if err == nil && w.ID == uint32(id) || w.Title == arg {
			return w, nil
		}
	}
	for _, w := range windows {
		if strings.Contains(strings.ToLower(w.Title), strings.ToLower(arg)) {
			return w, nil
		}
	}
	return x11.Window{}, errors.New("there is no such window; golive devices lists the windows there are")
}

// draw implements drawer. What is away for now (a minimised window) keeps its last picture.
func (s *screen) draw(dst yuv.Image, _ int64, _ time.Time) (bool, error) {
	p, changed, err := s.grabber.Grab()
	if errors.Is(err, x11.ErrGone) {
		if !s.gone {
			s.log.Warn("the picture stands still until the source is back", "error", err)
		}
		s.gone = true
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	if changed {
		s.gone = false
		s.scaler.draw(dst, p.Pix, p.Stride, p.Width, p.Height)
	}
	return changed, nil
}

func (s *screen) close() {
	s.scaler.close()
	s.grabber.Close()
}

func checkDisplay() error {
	d, err := openDisplay("")
	if errors.Is(err, x11.ErrNoSharing) {
		return nil
	}
	if err == nil {
		d.Close()
	}
	return err
}

// screens lists the screens and windows of a display; "" means $DISPLAY.
func screens(display string) ([]Device, error) {
	d, err := openDisplay(display)
	if errors.Is(err, x11.ErrNoSharing) {
		return portableScreens(), nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	monitors, err := d.Screens()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	var devices []Device
	for i, m := range monitors {
		devices = append(devices, Device{Kind: Screen, ID: strconv.Itoa(i), Name: m.Name, Bounds: m.Bounds})
	}
	windows, err := d.Windows()
	if err != nil {
		return devices, fmt.Errorf("%w: %w", ErrNoDevice, err)
	}
	for _, w := range windows {
		if w.Title != "" {
			devices = append(devices, Device{Kind: Window, ID: fmt.Sprintf("0x%x", w.ID), Name: w.Title, Bounds: w.Bounds})
		}
	}
	return devices, nil
}
