//go:build !linux

package server

import "net"

func canSegment(*net.UDPConn) bool { return false }

func segmentControl(int) []byte { return nil }
