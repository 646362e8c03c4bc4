//go:build !linux

package publish

import "net"

func tune(*net.TCPConn) {}

func holdAtMost(*net.TCPConn, int) {}

func inspect(*net.TCPConn) socketState { return socketState{} }
