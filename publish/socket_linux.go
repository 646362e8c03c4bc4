package publish

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// maxUnsent is what the kernel may hold beyond what is on its way: what waits should wait in our queue, where it is
// counted and can be dropped, and not in megabytes of socket buffer.
const maxUnsent = 32 << 10

// resendWithin is how long the kernel may wait before it sends again what was lost, in milliseconds: the least that it lets
// itself be told (since Linux 6.15). Else it doubles that time until it is minutes, whatever has become of the way.
const resendWithin = 1000

// rtoMax is TCP_RTO_MAX_MS of linux/tcp.h.
const rtoMax = 44

// tune makes the kernel report a dead peer in time, keep little, and take lost packets for what they mostly are on the
// way to a service: no sign of a full link (BBR). A kernel that cannot is no reason to fail.
func tune(c *net.TCPConn) {
	control(c, func(fd int) {
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(noProgress/time.Millisecond))
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, maxUnsent)
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, rtoMax, resendWithin)
		unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, "bbr")
	})
}

// limit bounds what the kernel keeps of a connection, in bytes, be it on its way or not, and what it sends, in bytes a
// second.
func limit(c *net.TCPConn, bytes, perSecond int) {
	control(c, func(fd int) {
		// It takes twice the number, and counts what it needs itself besides the data.
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, bytes*2/3)
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, perSecond)
	})
}

func inspect(c *net.TCPConn) socketState {
	var s socketState
	control(c, func(fd int) {
		if n, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ); err == nil {
			s.queued = int64(n)
		}
		if info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			s.rtt, s.resent = time.Duration(info.Rtt)*time.Microsecond, int64(info.Total_retrans)
			s.estimate, s.sent = int(info.Delivery_rate*8), int64(info.Segs_out)
			s.ahead = min(s.queued, int64(info.Sacked)*int64(info.Snd_mss))
		}
	})
	return s
}

func control(c *net.TCPConn, fn func(fd int)) {
	if raw, err := c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { fn(int(fd)) })
	}
}
