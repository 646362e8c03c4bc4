package network

import (
	"context"
	"net"
)

// A Host is a computer of its own as far as the network goes. Nil stands for the machine that the test runs on.
type Host struct{ space *namespace }

func newHost() (*Host, error) {
	s, err := newNamespace()
	if err != nil {
		return nil, err
	}
	return &Host{s}, nil
}

// Enter moves the calling goroutine's thread to the host, for good: the caller has locked it (runtime.LockOSThread) and
// ends without unlocking it. Programs that are started and sockets that are opened there are the host's, wherever they
// are used then.
func (h *Host) Enter() error {
	if h == nil {
		return nil
	}
	return h.space.enter()
}

// Do runs fn on the host, in a goroutine that must do there itself what belongs there.
func (h *Host) Do(fn func() error) error {
	if h == nil {
		return fn()
	}
	return h.space.do(fn)
}

// DialContext opens a connection from the host. The address is numeric.
func (h *Host) DialContext(ctx context.Context, network, addr string) (conn net.Conn, err error) {
	err = h.Do(func() error {
		conn, err = (&net.Dialer{}).DialContext(ctx, network, addr)
		return err
	})
	return conn, err
}

// Listen opens a TCP listener on the host. The address is numeric.
func (h *Host) Listen(addr string) (l net.Listener, err error) {
	err = h.Do(func() error {
		l, err = net.Listen("tcp", addr)
		return err
	})
	return l, err
}

// ListenPacket opens a UDP socket on the host. The address is numeric.
func (h *Host) ListenPacket(addr string) (c net.PacketConn, err error) {
	err = h.Do(func() error {
		c, err = net.ListenPacket("udp", addr)
		return err
	})
	return c, err
}

// SetCongestionControl has all TCP connections from the host to the other end of a link that begins there use an
// algorithm, such as "cubic", whatever their program asks for.
func (h *Host) SetCongestionControl(l *Link, algorithm string) error {
	return h.space.setCongestionControl(l, algorithm)
}

func (h *Host) close() { h.space.close() }
