package publish

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// maxUnsent is what the kernel may hold beyond what is on its way: what waits should wait in our queue, where it is
// counted and can be dropped, and not in megabytes of socket buffer.
const maxUnsent = 64 << 10

// tune makes the kernel report a dead peer in time and keep little. A kernel that cannot is no reason to fail.
func tune(c *net.TCPConn) {
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(noProgress/time.Millisecond))
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxUnsent)
	})
}

func inspect(c *net.TCPConn) (rtt time.Duration, unsent int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, 0
	}
	raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			rtt, unsent = time.Duration(info.Rtt)*time.Microsecond, int(info.Notsent_bytes)
		}
	})
	return rtt, unsent
}
