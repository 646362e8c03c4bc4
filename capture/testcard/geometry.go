package testcard

import (
	"image"
	"image/color"
)

// The picture is laid out on a grid of 32 columns and 18 rows, each a fraction of its size, so that a reader finds
// everything again at any scale. From the top: 2 rows of clock strip, 7 of colour bars, 2 of pure colours, 5 with the
// moving square's lane (24 columns) and the flash (8), 2 of digits.
const (
	columns = 32
	rows    = 18

	stripRows  = 2
	barsEnd    = stripRows + 7
	pureEnd    = barsEnd + 2
	laneEnd    = pureEnd + 5
	laneEndCol = 24
)

// Cells is the number of cells of the clock strip: rows of 32, read from left to right and from the top, most
// significant bit first. White is 1.
const Cells = stripRows * columns

// grid returns the rectangle between two lines of columns and of rows.
func grid(w, h, col0, row0, col1, row1 int) image.Rectangle {
	return image.Rect(w*col0/columns, h*row0/rows, w*col1/columns, h*row1/rows)
}

// Strip returns where the clock strip lies in a picture of w x h pixels: its top ninth.
func Strip(w, h int) image.Rectangle { return grid(w, h, 0, 0, columns, stripRows) }

// Cell returns where cell i of the strip lies.
func Cell(w, h, i int) image.Rectangle {
	col, row := i%columns, i/columns
	return grid(w, h, col, row, col+1, row+1)
}

// Lane returns where the square moves.
func Lane(w, h int) image.Rectangle { return grid(w, h, 0, pureEnd, laneEndCol, laneEnd) }

// Flash returns where the flash shows; it is black otherwise.
func Flash(w, h int) image.Rectangle { return grid(w, h, laneEndCol, pureEnd, columns, laneEnd) }

// text returns where the digits stand.
func text(w, h int) image.Rectangle { return grid(w, h, 0, laneEnd, columns, rows) }

// A Patch is a part of the picture that has one colour and never changes.
type Patch struct {
	Name   string
	Bounds image.Rectangle
	Color  color.RGBA
}

// Patches returns the patches of a picture of w x h pixels: seven bars of 75 % and five pure colours.
func Patches(w, h int) []Patch {
	const q = 191 // 75 % of 255
	return append(
		row(w, h, stripRows, barsEnd, []Patch{
			{Name: "grey 75%", Color: color.RGBA{q, q, q, 255}},
			{Name: "yellow 75%", Color: color.RGBA{q, q, 0, 255}},
			{Name: "cyan 75%", Color: color.RGBA{0, q, q, 255}},
			{Name: "green 75%", Color: color.RGBA{0, q, 0, 255}},
			{Name: "magenta 75%", Color: color.RGBA{q, 0, q, 255}},
			{Name: "red 75%", Color: color.RGBA{q, 0, 0, 255}},
			{Name: "blue 75%", Color: color.RGBA{0, 0, q, 255}},
		}),
		row(w, h, barsEnd, pureEnd, []Patch{
			{Name: "white", Color: color.RGBA{255, 255, 255, 255}},
			{Name: "black", Color: color.RGBA{0, 0, 0, 255}},
			{Name: "red", Color: color.RGBA{255, 0, 0, 255}},
			{Name: "green", Color: color.RGBA{0, 255, 0, 255}},
			{Name: "blue", Color: color.RGBA{0, 0, 255, 255}},
		})...)
}

// row places patches side by side between two rows of the grid.
func row(w, h, top, bottom int, patches []Patch) []Patch {
	for i := range patches {
		patches[i].Bounds = image.Rect(w*i/len(patches), h*top/rows, w*(i+1)/len(patches), h*bottom/rows)
	}
	return patches
}
