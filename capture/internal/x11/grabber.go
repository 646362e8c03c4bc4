//go:build linux

package x11

import (
	"errors"
	"fmt"
	"image"
	"time"

	"github.com/jezek/xgb/damage"
	"github.com/jezek/xgb/shm"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"

	"golive/internal/xconn"
)

// trustDamage is how long a picture without reported damage is taken to be unchanged. Not every driver reports all.
const trustDamage = 250 * time.Millisecond

// A Picture is B, G, R, x bytes in shared memory. It is valid until the next Grab.
type Picture struct {
	Pix           []byte
	Stride        int // bytes
	Width, Height int // pixels, even
}

// A Grabber takes pictures of one target. It owns its Display.
type Grabber struct {
	d      *Display
	target target
	cursor *cursor
	shm    *xconn.Segment

	damage   damage.Damage
	watching xproto.Drawable // what damage tells of
	damaged  bool
	lastGrab time.Time
}

// A target is what a Grabber looks at: a part of the root, or a window.
type target interface {
	// pixels returns what to read and which part of it; ErrGone when there is nothing to see now.
	pixels(d *Display) (what xproto.Drawable, part image.Rectangle, err error)
	// onRoot returns where that part lies on the root.
	onRoot(d *Display, part image.Rectangle) image.Rectangle
	// watched is whose damage to listen to.
	watched(d *Display) xproto.Drawable
	// event tells of an event of the display; it returns true when the picture has to be taken anew.
	event(d *Display, e any) bool
	close(d *Display)
}

func newGrabber(d *Display, t target) (*Grabber, error) {
	g := &Grabber{d: d, target: t, damaged: true}
	var err error
	if g.cursor, err = d.watchCursor(); err != nil {
		return nil, err
	}
	if _, _, err = t.pixels(d); err != nil {
		return nil, err
	}
	return g, g.watch()
}

// watch listens to the damage of the target, which may have become another one.
func (g *Grabber) watch() error {
	what := g.target.watched(g.d)
	if what == g.watching {
		return nil
	}
	if g.watching != 0 {
		damage.Destroy(g.d.conn, g.damage)
	}
	var err error
	if g.damage, err = damage.NewDamageId(g.d.conn); err != nil {
		return err
	}
	g.watching, g.damaged = what, true
	return damage.CreateChecked(g.d.conn, g.damage, what, damage.ReportLevelNonEmpty).Check()
}

// Grab returns the newest picture. changed is false when it would be the same as the last one, which then is not taken
// again. ErrGone means that there is nothing to see now; asking again later may help.
func (g *Grabber) Grab() (p Picture, changed bool, err error) {
	g.readEvents()
	pointer, err := xproto.QueryPointer(g.d.conn, g.d.root).Reply()
	if err != nil {
		return Picture{}, false, fmt.Errorf("the display is gone: %w", err)
	}
	moved := g.cursor.update(g.d, pointer)
	if !g.damaged && !moved && time.Since(g.lastGrab) < trustDamage {
		return Picture{}, false, nil
	}
	if g.damaged {
		damage.Subtract(g.d.conn, g.damage, xfixes.RegionNone, xfixes.RegionNone)
	}
	if p, err = g.read(); err != nil {
		g.damaged = true
		return Picture{}, false, err
	}
	g.damaged, g.lastGrab = false, time.Now()
	return p, true, g.watch()
}

// Expose makes the next Grab take a picture, changed or not.
func (g *Grabber) Expose() { g.damaged = true }

// readEvents takes all that has happened since the last Grab.
func (g *Grabber) readEvents() {
	for {
		e, xerr := g.d.conn.PollForEvent()
		if e == nil && xerr == nil {
			return
		}
		switch e.(type) {
		case damage.NotifyEvent:
			g.damaged = true
		case xfixes.CursorNotifyEvent:
			g.cursor.stale = true
		}
		if e != nil && g.target.event(g.d, e) {
			g.damaged = true
		}
	}
}

func (g *Grabber) read() (Picture, error) {
	what, part, err := g.target.pixels(g.d)
	if err != nil {
		return Picture{}, err
	}
	w, h := part.Dx()&^1, part.Dy()&^1
	if w < 2 || h < 2 {
		return Picture{}, fmt.Errorf("%w: its size is %dx%d", ErrGone, part.Dx(), part.Dy())
	}
	stride := 4 * w
	if err := g.reserve(stride * h); err != nil {
		return Picture{}, err
	}
	const zPixmap, allPlanes = xproto.ImageFormatZPixmap, 0xffffffff
	_, err = shm.GetImage(g.d.conn, what, int16(part.Min.X), int16(part.Min.Y), uint16(w), uint16(h), allPlanes, zPixmap,
		g.shm.ID, 0).Reply()
	if err != nil {
		// The target changed between asking for its size and reading it: the next tick asks again.
		var match xproto.MatchError
		var drawable xproto.DrawableError
		if errors.As(err, &match) || errors.As(err, &drawable) {
			return Picture{}, fmt.Errorf("%w: %w", ErrGone, err)
		}
		return Picture{}, fmt.Errorf("the display is gone: %w", err)
	}
	p := Picture{Pix: g.shm.Data[:stride*h], Stride: stride, Width: w, Height: h}
	if on := g.target.onRoot(g.d, part); g.cursor.covers(on) {
		g.cursor.draw(p.Pix, stride, image.Rectangle{on.Min, on.Min.Add(image.Pt(w, h))})
	}
	return p, nil
}

// reserve makes the shared memory hold size bytes.
func (g *Grabber) reserve(size int) error {
	if g.shm != nil && len(g.shm.Data) >= size {
		return nil
	}
	if g.shm != nil {
		g.shm.Close()
		g.shm = nil
	}
	var err error
	g.shm, err = xconn.NewSegment(g.d.conn, size)
	return err
}

// Close frees everything, the Display too.
func (g *Grabber) Close() {
	g.target.close(g.d)
	if g.shm != nil {
		g.shm.Close()
	}
	g.d.Close()
}
