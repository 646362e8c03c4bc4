package testcard

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"time"
)

// A glyph is 3 x 5 dots; its rows are written top first, one octal digit each.
const (
	glyphs    = "0123456789:."
	dotsWide  = 3
	dotsHigh  = 5
	dotsPitch = dotsWide + 1
)

// glyphRows returns the rows of a character, or none for one that has no glyph (a space).
func glyphRows(char rune) [dotsHigh]uint8 {
	i := strings.IndexRune(glyphs, char)
	if i < 0 {
		return [dotsHigh]uint8{}
	}
	return [len(glyphs)][dotsHigh]uint8{
		{7, 5, 5, 5, 7},
		{2, 6, 2, 2, 7},
		{7, 1, 7, 4, 7},
		{7, 1, 7, 1, 7},
		{5, 5, 7, 1, 1},
		{7, 4, 7, 1, 7},
		{7, 4, 7, 5, 7},
		{7, 1, 1, 1, 1},
		{7, 5, 7, 5, 7},
		{7, 5, 7, 1, 7},
		{0, 2, 0, 2, 0},
		{0, 0, 0, 0, 2},
	}[i]
}

// drawText writes the time of day and the frame number, and returns where.
func (c *Card) drawText(t time.Time, frame uint32) image.Rectangle {
	s := fmt.Sprintf("%s %08d", t.Format("15:04:05.000"), frame)
	area := text(c.Width, c.Height)
	dot := min(area.Dy()/(dotsHigh+2), area.Dx()/((len(s)+1)*dotsPitch))
	area.Max.X = area.Min.X + (len(s)+1)*dotsPitch*dot
	c.fill(area, color.RGBA{A: 255})
	at := area.Min.Add(image.Pt(2*dot, dot))
	for _, char := range s {
		c.drawGlyph(at, dot, char)
		at.X += dotsPitch * dot
	}
	return area
}

// drawGlyph writes one character in dots of so many pixels.
func (c *Card) drawGlyph(at image.Point, dot int, char rune) {
	for y, bits := range glyphRows(char) {
		for x := range dotsWide {
			if bits>>(dotsWide-1-x)&1 == 1 {
				corner := at.Add(image.Pt(x*dot, y*dot))
				c.fill(image.Rectangle{Min: corner, Max: corner.Add(image.Pt(dot, dot))}, grey(true))
			}
		}
	}
}
