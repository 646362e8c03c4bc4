package server

import (
	"fmt"
	"net"
)

const (
	defaultHTTP   = "127.0.0.1:8080"
	defaultRTMP   = "127.0.0.1:1935"
	defaultSRT    = "127.0.0.1:8890"
	defaultWebRTC = "127.0.0.1:8189"
)

// listenTCP listens on asked, or, when that is "", on standard or else a free port of the same host.
func listenTCP(what, asked, standard string) (net.Listener, error) {
	return listen(what, asked, standard, func(addr string) (net.Listener, error) { return net.Listen("tcp", addr) })
}

// listenUDP is listenTCP for datagrams.
func listenUDP(what, asked, standard string) (net.PacketConn, error) {
	return listen(what, asked, standard, func(addr string) (net.PacketConn, error) {
		return net.ListenPacket("udp", addr)
	})
}

func listen[T any](what, asked, standard string, open func(addr string) (T, error)) (T, error) {
	if asked != "" {
		l, err := open(asked)
		if err != nil {
			return l, fmt.Errorf("cannot listen on %s for the %s: "+
				"choose another address, or stop the program that uses it: %w", asked, what, err)
		}
		return l, nil
	}
	if l, err := open(standard); err == nil {
		return l, nil
	}
	host, _, _ := net.SplitHostPort(standard)
	l, err := open(net.JoinHostPort(host, "0"))
	if err != nil {
		return l, fmt.Errorf("cannot listen on any port of %s for the %s: %w", host, what, err)
	}
	return l, nil
}
