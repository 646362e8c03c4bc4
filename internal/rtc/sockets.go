package rtc

import (
	"errors"
	"net"
	"strings"
	"time"

	"golive/internal/fanout"
)

// Sockets are a UDP and a TCP socket on the same port.
type Sockets struct {
	udp *net.UDPConn
	tcp net.Listener
}

// portTries is how many free UDP ports are looked at for one that is free for TCP, too.
const portTries = 16

// Open opens both kinds at an address; at port 0, at one that is free for both.
func Open(addr string) (s Sockets, err error) {
	for range portTries {
		if s, err = openBoth(addr); err == nil || !strings.HasSuffix(addr, ":0") {
			break
		}
	}
	return s, err
}

func openBoth(addr string) (Sockets, error) {
	conn, err := net.ListenPacket("udp", addr)
	if err != nil {
		return Sockets{}, err
	}
	tcp, err := net.Listen("tcp", conn.LocalAddr().String())
	if err != nil {
		_ = conn.Close()
		return Sockets{}, err
	}
	return Sockets{conn.(*net.UDPConn), tcp}, nil
}

// A timedListener gives its connections deadlines.
type timedListener struct{ net.Listener }

// Accept implements net.Listener.
func (l timedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(tcpBuffer)
	}
	return &timedConn{Conn: conn}, nil
}

// tcpBuffer is what the system may keep for a viewer over TCP, in bytes: more would be delay.
const tcpBuffer = 256 << 10

// A timedConn is closed when its peer takes nothing for fanout.MaxStuck.
type timedConn struct{ net.Conn }

// Write implements net.Conn.
func (c *timedConn) Write(b []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(fanout.MaxStuck))
	n, err := c.Conn.Write(b)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		_ = c.Close()
	}
	return n, err
}
