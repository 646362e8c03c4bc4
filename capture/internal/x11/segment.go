//go:build linux

package x11

import (
	"fmt"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/shm"
	"golang.org/x/sys/unix"
)

// A segment is memory shared with the X server. It is marked for removal as soon as both are attached, so that a crash
// of either leaves nothing behind.
type segment struct {
	conn *xgb.Conn
	id   shm.Seg
	data []byte
}

func newSegment(conn *xgb.Conn, size int) (*segment, error) {
	shmid, err := unix.SysvShmGet(unix.IPC_PRIVATE, size, unix.IPC_CREAT|0o600)
	if err != nil {
		return nil, fmt.Errorf("shared memory of %d bytes: %w", size, err)
	}
	defer func() { _, _ = unix.SysvShmCtl(shmid, unix.IPC_RMID, nil) }()
	data, err := unix.SysvShmAttach(shmid, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("attach shared memory: %w", err)
	}
	id, err := shm.NewSegId(conn)
	if err == nil {
		err = shm.AttachChecked(conn, id, uint32(shmid), false).Check()
	}
	if err != nil {
		_ = unix.SysvShmDetach(data)
		return nil, fmt.Errorf("%w: %w", ErrNoSharing, err)
	}
	return &segment{conn: conn, id: id, data: data}, nil
}

func (s *segment) close() {
	shm.Detach(s.conn, s.id)
	_ = unix.SysvShmDetach(s.data)
}
