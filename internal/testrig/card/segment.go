package card

import (
	"image"

	"github.com/jezek/xgb"

	"golive/internal/xconn"
)

// A segment is a picture in memory shared with the X server, four bytes a pixel.
type segment struct {
	*xconn.Segment
	size image.Point
}

func newSegment(x *xgb.Conn, size image.Point) (*segment, error) {
	s, err := xconn.NewSegment(x, 4*size.X*size.Y)
	if err != nil {
		return nil, err
	}
	return &segment{s, size}, nil
}
