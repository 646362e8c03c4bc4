package xconn

import (
	"errors"
	"fmt"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/shm"
	"golang.org/x/sys/unix"
)

// ErrNoSharing is returned when the X server cannot share memory with us: it is on another machine.
var ErrNoSharing = errors.New("the X server cannot share memory")

// A Segment is memory shared with the X server (MIT-SHM). It is marked for removal as soon as both are attached, so that
// a crash of either leaves nothing behind.
type Segment struct {
	ID   shm.Seg
	Data []byte

	conn *xgb.Conn
}

// NewSegment shares size bytes over a connection that was dialled with "MIT-SHM". Errors: ErrNoSharing.
func NewSegment(conn *xgb.Conn, size int) (*Segment, error) {
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, size, unix.IPC_CREAT|0o600)
	if err != nil {
		return nil, fmt.Errorf("shared memory of %d bytes: %w", size, err)
	}
	defer func() { _, _ = unix.SysvShmCtl(id, unix.IPC_RMID, nil) }()
	data, err := unix.SysvShmAttach(id, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("attach shared memory: %w", err)
	}
	seg, err := shm.NewSegId(conn)
	if err == nil {
		err = shm.AttachChecked(conn, seg, uint32(id), false).Check()
	}
	if err != nil {
		_ = unix.SysvShmDetach(data)
		return nil, fmt.Errorf("%w: %w", ErrNoSharing, err)
	}
	return &Segment{ID: seg, Data: data, conn: conn}, nil
}

// Close gives the memory back.
func (s *Segment) Close() {
	shm.Detach(s.conn, s.ID)
	_ = unix.SysvShmDetach(s.Data)
}
