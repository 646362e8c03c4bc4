// Package batch has a UDP socket for many receivers: packets of media wait in it and leave together, in few system calls.
package batch

import (
	"hash/maphash"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/net/ipv4"
)

const (
	// maxPacket is the longest packet that is put into a batch, in bytes: what Ethernet carries.
	maxPacket = 1500
	// lanePackets is how many packets make a batch at most, and so how many wait in a lane.
	lanePackets = 128
	// maxSegments is how many packets for one viewer go as one message (UDP_MAX_SEGMENTS of Linux).
	maxSegments = 64
	// maxMessageSize keeps such a message below what IP can carry, in bytes.
	maxMessageSize = 60000
)

// A Conn is a UDP socket whose media waits for Flush and then leaves in few system calls: many packets each, and
// where the system can do it, all consecutive packets for one viewer as one. Anything else leaves at once. It implements
// ice.AddrPortReaderWriter.
type Conn struct {
	*net.UDPConn
	raw      *ipv4.PacketConn // the same socket; it writes for IPv6 as well
	seed     maphash.Seed
	lanes    []lane
	segments atomic.Bool // the system splits messages into packets
}

// New returns one that owns conn, with a lane for each processor.
func New(conn *net.UDPConn) *Conn {
	c := &Conn{UDPConn: conn, raw: ipv4.NewPacketConn(conn), seed: maphash.MakeSeed(), lanes: make([]lane, runtime.GOMAXPROCS(0))}
	c.segments.Store(canSegment(conn))
	for i := range c.lanes {
		c.lanes[i].conn = c
	}
	return c
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (c *Conn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	return c.ReadFromUDPAddrPort(b)
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (c *Conn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if !isMedia(b) || len(b) > maxPacket {
		return c.WriteToUDPAddrPort(b, to)
	}
	c.lanes[c.Lane(to)].add(b, to)
	return len(b), nil
}

// isMedia says whether b is RTP, which begins with its version, and not RTCP (RFC 7983 section 7, RFC 5761 section 4).
func isMedia(b []byte) bool {
	const firstRTCP, lastRTCP = 192, 223
	return len(b) > 1 && b[0]>>6 == 2 && (b[1] < firstRTCP || b[1] > lastRTCP)
}

// Lane returns the lane of an address, by its index. All that goes to one address stays in order.
func (c *Conn) Lane(to netip.AddrPort) int {
	return int(maphash.Comparable(c.seed, to) % uint64(len(c.lanes)))
}

// Lanes returns how many lanes there are.
func (c *Conn) Lanes() int { return len(c.lanes) }

// Flush sends what waits.
func (c *Conn) Flush() {
	for i := range c.lanes {
		c.lanes[i].flush()
	}
}

// A lane holds packets that wait to be sent.
type lane struct {
	conn *Conn

	mu       sync.Mutex
	arena    []byte // the packets, one after another
	packets  int
	messages []message
	out      []ipv4.Message // scratch
}

// A message is some packets for one address: all of one size, but for the last that may be shorter.
type message struct {
	to         net.UDPAddr
	key        netip.AddrPort
	start, end int // in the arena
	segment    int // bytes of each packet
	packets    int
}

func (l *lane) add(b []byte, to netip.AddrPort) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.packets == lanePackets {
		l.send()
	}
	if l.arena == nil {
		l.arena = make([]byte, 0, lanePackets*maxPacket)
	}
	start := len(l.arena)
	l.arena = append(l.arena, b...)
	l.packets++
	if n := len(l.messages); n > 0 && l.messages[n-1].take(len(b), to, l.conn.segments.Load()) {
		return
	}
	l.messages = append(l.messages, message{
		to: *net.UDPAddrFromAddrPort(to), key: to, start: start, end: len(l.arena), segment: len(b), packets: 1,
	})
}

// take makes a packet part of m, if it can be.
func (m *message) take(size int, to netip.AddrPort, can bool) bool {
	whole := m.end-m.start == m.packets*m.segment
	if !can || m.key != to || !whole || size > m.segment || m.packets == maxSegments || m.end-m.start+size > maxMessageSize {
		return false
	}
	m.end += size
	m.packets++
	return true
}

func (l *lane) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.packets > 0 {
		l.send()
	}
}

// send writes all messages. What the system does not take is lost, as datagrams may be. l.mu is held.
func (l *lane) send() {
	l.out = l.out[:0]
	for i := range l.messages {
		m := &l.messages[i]
		out := ipv4.Message{Buffers: [][]byte{l.arena[m.start:m.end]}, Addr: &m.to}
		if m.packets > 1 {
			out.OOB = segmentControl(m.segment)
		}
		l.out = append(l.out, out)
	}
	for sent := 0; sent < len(l.out); {
		n, err := l.conn.raw.WriteBatch(l.out[sent:], 0)
		sent += n
		if err != nil && sent < len(l.out) { // the first of the rest could not be sent
			if l.messages[sent].packets > 1 {
				l.sendSingly(&l.messages[sent])
			}
			sent++
		}
	}
	l.arena, l.messages, l.packets = l.arena[:0], l.messages[:0], 0
}

// sendSingly sends the packets of a message one by one, and lets all others be: the way to the viewer, or its device,
// does not do what the system can.
func (l *lane) sendSingly(m *message) {
	l.conn.segments.Store(false)
	for b := l.arena[m.start:m.end]; len(b) > 0; {
		n := min(len(b), m.segment)
		_, _ = l.conn.WriteToUDPAddrPort(b[:n], m.key)
		b = b[n:]
	}
}
