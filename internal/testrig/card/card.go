// Package card shows the moving test card in a window on an X display, and windows of one colour. In goes a Config,
// out comes a picture that changes at a steady rate until the context ends.
package card

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"runtime"
	"time"

	"golive/capture/testcard"
	"golive/internal/xconn"

	"github.com/jezek/xgb/xproto"
)

// A Config says what to show and where.
type Config struct {
	Display string          // "" means $DISPLAY
	FPS     int             // pictures a second; 0 is 60
	Bounds  image.Rectangle // pixels on the root window; empty is the whole screen, below all other windows
	Title   string          // of an ordinary window; without one it is not seen by a window manager
	Motion  bool            // everything but the clock strip moves, each pixel in each picture
	Flash   bool            // the card flashes at whole seconds
	Color   *color.RGBA     // just this colour instead of the card
}

// Show shows what c says until ctx ends, which is no error. It calls ready, if not nil, once it can be seen.
func Show(ctx context.Context, c Config, ready func()) error {
	x, err := xconn.Dial(c.Display, "MIT-SHM")
	if err != nil {
		return fmt.Errorf("display %q: %w", c.Display, err)
	}
	defer x.Close()
	screen := xproto.Setup(x).DefaultScreen(x)
	if c.Bounds.Empty() {
		c.Bounds = image.Rect(0, 0, int(screen.WidthInPixels), int(screen.HeightInPixels))
	}
	if c.FPS <= 0 {
		c.FPS = 60
	}
	w, err := openWindow(x, screen, c)
	if err != nil {
		return fmt.Errorf("window: %w", err)
	}
	paint := func(time.Time, uint32) error { return nil } // the server paints a window's background by itself
	if c.Color == nil {
		p, err := newPainter(w, c)
		if err != nil {
			return err
		}
		defer p.close()
		paint = p.paint
	}
	return run(ctx, c.FPS, paint, ready)
}

// A Card is shown in the background.
type Card struct {
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // to be read after ended
}

// Start shows what c says until Close, and returns once it can be seen.
func Start(c Config) (*Card, error) {
	ctx, cancel := context.WithCancel(context.Background())
	card := &Card{cancel: cancel, ended: make(chan struct{})}
	ready := make(chan struct{})
	go func() { // Close waits
		card.err = Show(ctx, c, func() { close(ready) })
		close(card.ended)
	}()
	select {
	case <-ready:
		return card, nil
	case <-card.ended:
		return nil, card.Close()
	}
}

// Close takes the card away, waits, and returns what went wrong while it was shown. It may be called twice.
func (c *Card) Close() error {
	c.cancel()
	<-c.ended
	return c.err
}

// run calls paint fps times a second. When it is late it leaves pictures out.
func run(ctx context.Context, fps int, paint func(time.Time, uint32) error, ready func()) error {
	// A thread of its own wakes up on time more often.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	interval := time.Second / time.Duration(fps)
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for frame := uint32(0); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		if err := paint(time.Now(), frame); err != nil {
			return err
		}
		if ready != nil {
			ready()
			ready = nil
		}
		frame = max(frame+1, uint32(time.Since(start)/interval)+1)
		timer.Reset(time.Until(start.Add(time.Duration(frame) * interval)))
	}
}

// A painter draws the card in a window.
type painter struct {
	window  *window
	card    *testcard.Card
	picture *segment
	texture *segment // bigger than the window; nil without motion
}

// slack is by how much the texture is bigger than the window, each way: how far it can move.
const slack = 256

func newPainter(w *window, c Config) (*painter, error) {
	width, height := max(c.Bounds.Dx(), testcard.MinWidth), max(c.Bounds.Dy(), testcard.MinHeight)
	p := &painter{window: w}
	var err error
	if p.picture, err = newSegment(w.x, image.Pt(width, height)); err != nil {
		return nil, err
	}
	p.card = testcard.NewOn(p.picture.Data, width, height, testcard.BGRA)
	p.card.Flash = c.Flash
	if c.Motion {
		if p.texture, err = newSegment(w.x, image.Pt(width+slack, height+slack)); err != nil {
			p.close()
			return nil, err
		}
		drawTexture(p.texture.Data, p.texture.size)
	}
	return p, nil
}

// paint draws one picture and waits until the server has it.
func (p *painter) paint(t time.Time, frame uint32) error {
	dirty := p.card.Draw(t, frame)
	if p.window.exposed() {
		dirty = []image.Rectangle{image.Rect(0, 0, p.card.Width, p.card.Height)}
	}
	if p.texture != nil {
		strip := testcard.Strip(p.card.Width, p.card.Height)
		dirty = []image.Rectangle{strip}
		rest := image.Rect(0, strip.Max.Y, p.card.Width, p.card.Height)
		p.window.put(p.texture, rest.Add(offset(frame)), rest.Min)
	}
	for _, r := range dirty {
		p.window.put(p.picture, r, r.Min)
	}
	return p.window.sync()
}

// offset is where the texture is taken from: a path that moves by 7 and 5 pixels a picture, to and fro.
func offset(frame uint32) image.Point {
	swing := func(n uint32) int {
		n %= 2 * slack
		return int(min(n, 2*slack-n))
	}
	return image.Pt(swing(7*frame), swing(5*frame))
}

func (p *painter) close() {
	p.picture.Close()
	if p.texture != nil {
		p.texture.Close()
	}
}
