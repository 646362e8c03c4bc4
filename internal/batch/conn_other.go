//go:build !linux

package batch

import "net"

func canSegment(*net.UDPConn) bool { return false }

func segmentControl(int) []byte { return nil }
