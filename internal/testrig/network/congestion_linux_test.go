package network_test

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// congestionControl returns the algorithm that a TCP connection uses.
func congestionControl(t *testing.T, c net.Conn) string {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var name string
	if e := raw.Control(func(fd uintptr) { name, err = unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION) }); e != nil || err != nil {
		t.Fatal(e, err)
	}
	return name
}
