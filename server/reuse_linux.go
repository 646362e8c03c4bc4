package server

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// exclusive takes back that several sockets may have the same port, which the SRT library allows: a second server would
// start, and each would get some of the packets.
func exclusive(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 0) })
	if err != nil {
		return err
	}
	return failed
}
