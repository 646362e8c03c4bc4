//go:build !linux

package publish

import "net"

func tune(*net.TCPConn) {}

func limit(*net.TCPConn, int, int) {}

func inspect(*net.TCPConn) socketState { return socketState{} }
