package main

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
)

// A tap is a UDP socket that counts RTP packets and keeps them from the library, which gets everything else. It
// implements ice.AddrPortReaderWriter.
type tap struct {
	*net.UDPConn
	raw     *ipv4.PacketConn
	batch   []ipv4.Message
	waiting []ipv4.Message // of the batch, not looked at yet

	mu      sync.Mutex
	counts  map[uint32]*counter // by SSRC
	first   chan struct{}       // closed when the first packet came
	stalled chan struct{}       // closed when nothing is read any more
	closed  chan struct{}
}

// A counter is of one RTP stream.
type counter struct {
	packets, bytes int64
	from, last     uint16 // sequence numbers
	cycles         int64
	transits       []time.Duration // of each picture: when its last packet came, minus its time stamp
}

func newTap() (*tap, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{})
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(4 << 20)
	t := &tap{
		UDPConn: conn, raw: ipv4.NewPacketConn(conn), counts: map[uint32]*counter{},
		first: make(chan struct{}), stalled: make(chan struct{}), closed: make(chan struct{}),
	}
	for range 32 {
		t.batch = append(t.batch, ipv4.Message{Buffers: [][]byte{make([]byte, 1600)}})
	}
	return t, nil
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter: it returns the next packet that is not RTP.
func (t *tap) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		select {
		case <-t.stalled:
			<-t.closed
			return 0, netip.AddrPort{}, net.ErrClosed
		default:
		}
		for len(t.waiting) > 0 {
			m := t.waiting[0]
			t.waiting = t.waiting[1:]
			p := m.Buffers[0][:m.N]
			if len(p) >= 12 && p[0]>>6 == 2 && (p[1] < 192 || p[1] > 223) {
				t.note(p)
				continue
			}
			return copy(b, p), m.Addr.(*net.UDPAddr).AddrPort(), nil
		}
		n, err := t.raw.ReadBatch(t.batch, 0)
		if err != nil {
			return 0, netip.AddrPort{}, err
		}
		t.waiting = t.batch[:n]
	}
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (t *tap) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return t.WriteToUDPAddrPort(b, to)
}

func (t *tap) note(p []byte) {
	seq, stamp, ssrc := binary.BigEndian.Uint16(p[2:]), binary.BigEndian.Uint32(p[4:]), binary.BigEndian.Uint32(p[8:])
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.counts[ssrc]
	if c == nil {
		if len(t.counts) == 0 {
			select {
			case <-t.first:
			default:
				close(t.first)
			}
		}
		c = &counter{from: seq, last: seq - 1}
		t.counts[ssrc] = c
	}
	c.packets++
	c.bytes += int64(len(p))
	if step := int16(seq - c.last); step > 0 {
		if seq < c.last {
			c.cycles++
		}
		c.last = seq
	}
	if p[1]&0x80 != 0 { // the marker: the picture is complete
		c.transits = append(c.transits, time.Duration(time.Now().UnixNano())-time.Duration(stamp)*time.Second/90000)
	}
}

// lost returns how many packets did not come, of those up to the newest.
func (c *counter) lost() int64 {
	return c.cycles<<16 + int64(c.last) - int64(c.from) + 1 - c.packets
}

// stall stops reading.
func (t *tap) stall() { close(t.stalled) }

// reset begins to count.
func (t *tap) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.counts)
}

type total struct {
	packets, lost, bytes int64
	delays               []time.Duration // of pictures, beyond that of the quickest
}

func (t *tap) count() (sum total) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.counts {
		sum.packets += c.packets
		sum.lost += c.lost()
		sum.bytes += c.bytes
		for _, transit := range c.transits {
			sum.delays = append(sum.delays, transit-slices.Min(c.transits))
		}
	}
	return sum
}
