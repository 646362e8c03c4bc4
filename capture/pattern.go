package capture

import (
	"time"

	"golive/capture/internal/yuv"
	"golive/capture/testcard"
)

// A pattern draws the moving test card.
type pattern struct {
	card  *testcard.Card
	width int
}

func newPattern(o VideoOptions) *pattern {
	return &pattern{card: testcard.New(o.Size.X, o.Size.Y, testcard.BGRA), width: o.Size.X}
}

// draw implements drawer.
func (p *pattern) draw(dst yuv.Image, n int64, t time.Time) (bool, error) {
	p.card.Draw(t, uint32(n))
	dst.FromBGRA(p.card.Pix, 4*p.width)
	return true, nil
}

func (p *pattern) close() {}
