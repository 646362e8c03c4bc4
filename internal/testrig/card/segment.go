package card

import (
	"errors"
	"fmt"
	"image"

	"github.com/gen2brain/shm"
	"github.com/jezek/xgb"
	xshm "github.com/jezek/xgb/shm"
)

// A segment is a picture in memory shared with the X server (MIT-SHM), four bytes a pixel.
type segment struct {
	pix  []byte
	size image.Point

	x   *xgb.Conn
	seg xshm.Seg
}

func newSegment(x *xgb.Conn, size image.Point) (*segment, error) {
	id, err := shm.Get(shm.IPC_PRIVATE, 4*size.X*size.Y, shm.IPC_CREAT|0o600)
	if err != nil {
		return nil, fmt.Errorf("shared memory: %w", err)
	}
	// Marked as removed once both sides are attached, it goes with the last of them.
	defer shm.Rm(id)
	s := &segment{size: size, x: x}
	if s.pix, err = shm.At(id, 0, 0); err != nil {
		return nil, fmt.Errorf("shared memory: %w", err)
	}
	if s.seg, err = xshm.NewSegId(x); err == nil {
		err = xshm.AttachChecked(x, s.seg, uint32(id), true).Check()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("attach shared memory to the display: %w", err), shm.Dt(s.pix))
	}
	return s, nil
}

func (s *segment) close() {
	xshm.Detach(s.x, s.seg)
	_ = shm.Dt(s.pix) // cannot fail for what At returned
}
