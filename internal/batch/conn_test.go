package batch

import (
	"bytes"
	"encoding/binary"
	"net"
	"testing"
	"time"
)

// TestBatch sends packets of all sizes to several peers, some of them as one message, and looks whether each comes once,
// whole and in order.
func TestBatch(t *testing.T) {
	for name, segments := range map[string]bool{"segmented by the system": true, "one by one": false} {
		t.Run(name, func(t *testing.T) {
			c := New(udpSocket(t))
			if segments && !c.segments.Load() {
				t.Skip("this system does not split messages into packets")
			}
			c.segments.Store(segments)
			peers := make([]*net.UDPConn, 3)
			for i := range peers {
				peers[i] = udpSocket(t)
			}
			const each = 150 // more than a batch, and than a message has segments
			for n := range each {
				for _, peer := range peers[:1+n/100*2] { // at first one alone
					to := peer.LocalAddr().(*net.UDPAddr).AddrPort()
					if size, err := c.WriteToAddrPort(mediaPacket(n), to); err != nil || size != len(mediaPacket(n)) {
						t.Fatal(size, err)
					}
				}
			}
			c.Flush()
			for i, peer := range peers {
				for n := range each {
					if i == 0 || n >= 100 {
						receive(t, peer, mediaPacket(n))
					}
				}
			}
			if segments && !c.segments.Load() {
				t.Error("messages for the loopback interface could not be split")
			}
		})
	}
}

// mediaPacket returns the n-th packet: runs of one size with a shorter one in between.
func mediaPacket(n int) []byte {
	size := 400
	if n%70 == 69 {
		size = 100 + n
	}
	b := bytes.Repeat([]byte{byte(n)}, size)
	b[0], b[1] = 0x80, 96
	binary.BigEndian.PutUint16(b[2:], uint16(n))
	return b
}

func receive(t *testing.T, peer *net.UDPConn, want []byte) {
	t.Helper()
	buf := make([]byte, 2000)
	_ = peer.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, _, err := peer.ReadFromUDP(buf)
	if err != nil || !bytes.Equal(buf[:n], want) {
		t.Fatalf("%v: %d bytes that begin with %x, want %d that begin with %x", err, n, buf[:min(n, 4)], len(want), want[:4])
	}
}

// udpSocket returns one of this machine, until the end of the test.
func udpSocket(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestBatchWaitsForMediaOnly checks that what is not RTP leaves without a flush.
func TestBatchWaitsForMediaOnly(t *testing.T) {
	conn, peer := udpSocket(t), udpSocket(t)
	c, to := New(conn), peer.LocalAddr().(*net.UDPAddr).AddrPort()
	stun, dtls, rtcp := []byte{0, 1, 0, 0}, []byte{22, 254, 253, 0}, []byte{0x80, 200, 0, 1}
	for _, b := range [][]byte{mediaPacket(0), stun, dtls, rtcp, {0x80}, nil, bytes.Repeat([]byte{0x80}, maxPacket+1)} {
		if _, err := c.WriteToAddrPort(b, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range [][]byte{stun, dtls, rtcp} {
		receive(t, peer, want)
	}
}

// TestBatchUnreachable sends to a port that nobody listens on, between others that somebody does.
func TestBatchUnreachable(t *testing.T) {
	conn, peer := udpSocket(t), udpSocket(t)
	gone := udpSocket(t)
	gone.Close()
	c := New(conn)
	for n := range 20 {
		for _, to := range []*net.UDPConn{gone, peer} {
			if _, err := c.WriteToAddrPort(mediaPacket(n), to.LocalAddr().(*net.UDPAddr).AddrPort()); err != nil {
				t.Fatal(err)
			}
		}
		c.Flush()
		receive(t, peer, mediaPacket(n))
	}
}
