// Package testcard draws a moving test picture and reads back what it says. In go a time and a frame number, out comes
// a picture with colour patches of exact known values, a moving square, the clock in digits, and the clock again in a
// strip of black and white cells that survives scaling and coding. Decode reads the strip from any copy of the picture,
// so that whoever receives it knows when it was drawn and which frame it is.
package testcard

import (
	"image"
	"image/color"
	"time"
)

// MinWidth and MinHeight are the least size of a card, in pixels: its cells are two pixels wide then.
const (
	MinWidth  = 64
	MinHeight = 36
)

// FlashTime is how long the flash shows from each whole second on, in flash mode.
const FlashTime = 50 * time.Millisecond

// An Order is the order of the bytes of a pixel.
type Order int

// The byte orders.
const (
	RGBA Order = iota // as image.RGBA has it
	BGRA              // as X11 has it; libyuv calls it ARGB
)

// A Card is one test picture that is drawn over and over. The zero value is of no use: see New.
type Card struct {
	// Pix holds the picture, 4*Width bytes a line, top line first.
	Pix    []byte
	Width  int
	Height int
	// Flash turns on a white square for FlashTime at each whole second of the time drawn, for lip sync.
	Flash bool

	order  Order
	bits   uint64 // what the strip shows
	square image.Rectangle
	lit    bool // the flash shows
	drawn  bool
}

// New returns a Card of w x h pixels, which are raised to the least size. Nothing is drawn yet.
func New(w, h int, order Order) *Card {
	w, h = max(w, MinWidth), max(h, MinHeight)
	return NewOn(make([]byte, 4*w*h), w, h, order)
}

// NewOn returns a Card that draws on pix, which holds 4*w*h bytes and may be shared memory. It panics when pix is
// smaller, or w and h below the least size.
func NewOn(pix []byte, w, h int, order Order) *Card {
	if w < MinWidth || h < MinHeight || len(pix) < 4*w*h {
		panic("testcard: picture too small")
	}
	return &Card{Pix: pix[:4*w*h], Width: w, Height: h, order: order}
}

// Draw draws the picture of time t and the frame number frame, and returns the parts that changed. The first call draws
// everything.
func (c *Card) Draw(t time.Time, frame uint32) []image.Rectangle {
	if !c.drawn {
		c.drawBackground()
	}
	c.drawStrip(encode(t, frame))
	dirty := []image.Rectangle{Strip(c.Width, c.Height), c.drawSquare(t), c.drawText(t, frame)}
	if lit := c.Flash && Flashing(t); lit != c.lit {
		c.lit = lit
		c.fill(Flash(c.Width, c.Height), grey(lit))
		dirty = append(dirty, Flash(c.Width, c.Height))
	}
	if !c.drawn {
		c.drawn = true
		return []image.Rectangle{image.Rect(0, 0, c.Width, c.Height)}
	}
	return dirty
}

// Flashing says whether the flash shows at time t.
func Flashing(t time.Time) bool { return time.Duration(t.Nanosecond()) < FlashTime }

// drawBackground draws what never changes, and the strip as if all its bits were 0.
func (c *Card) drawBackground() {
	c.fill(image.Rect(0, 0, c.Width, c.Height), color.RGBA{A: 255})
	for _, p := range Patches(c.Width, c.Height) {
		c.fill(p.Bounds, p.Color)
	}
}

// drawStrip redraws the cells whose bit changed.
func (c *Card) drawStrip(bits uint64) {
	for i := range Cells {
		mask := uint64(1) << (Cells - 1 - i)
		if (bits^c.bits)&mask != 0 {
			c.fill(Cell(c.Width, c.Height, i), grey(bits&mask != 0))
		}
	}
	c.bits = bits
}

// drawSquare moves the square along its lane, to and fro in four seconds, and returns what that changed.
func (c *Card) drawSquare(t time.Time) image.Rectangle {
	const period = int64(4 * time.Second)
	lane := Lane(c.Width, c.Height)
	phase := t.UnixNano() % period
	if phase > period/2 {
		phase = period - phase
	}
	side := lane.Dy()
	x := lane.Min.X + int(int64(lane.Dx()-side)*phase/(period/2))
	old := c.square
	c.square = image.Rect(x, lane.Min.Y, x+side, lane.Max.Y).Intersect(lane)
	c.fill(old, color.RGBA{A: 255})
	c.fill(c.square, color.RGBA{R: 255, G: 128, A: 255})
	return old.Union(c.square)
}

// fill paints a rectangle that lies within the picture.
func (c *Card) fill(r image.Rectangle, col color.RGBA) {
	if r.Empty() {
		return
	}
	first := c.Pix[4*(r.Min.Y*c.Width+r.Min.X):][:4*r.Dx()]
	pixel := [4]byte{col.R, col.G, col.B, 255}
	if c.order == BGRA {
		pixel[0], pixel[2] = col.B, col.R
	}
	for n := copy(first, pixel[:]); n < len(first); n *= 2 {
		copy(first[n:], first[:n])
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(c.Pix[4*(y*c.Width+r.Min.X):], first)
	}
}

// grey is white or black.
func grey(on bool) color.RGBA {
	if on {
		return color.RGBA{255, 255, 255, 255}
	}
	return color.RGBA{A: 255}
}
