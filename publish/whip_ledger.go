package publish

import (
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

const (
	transportNumbers = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	// ledgerPackets is of how many packets is known whether they have arrived: five seconds at 6 Mbit/s. It divides the
	// number of all transport-wide sequence numbers.
	ledgerPackets = 1 << 12
)

// A ledger notes which packets of a WebRTC connection are on their way, by what the receiver reports about each
// (transport-wide congestion control feedback) several times a second. It stands nearest to the network, where packets
// that go again are packets like others.
type ledger struct {
	interceptor.NoOp

	mu    sync.Mutex
	sent  [ledgerPackets]sentPacket // by sequence number
	first uint16                    // the oldest that may be on its way
	next  uint16
	total ledgerTotal
	gauge gauge
}

// A sentPacket is on its way, or was.
type sentPacket struct {
	size  int64 // bytes of payload; 0 when it is not on its way any more
	at    time.Time
	sound *keptSound // that it is, or nil
}

// A ledgerTotal counts bytes of payloads, and tells how long the way is now.
type ledgerTotal struct {
	reports int64 // that have come
	onWay   int64
	arrived int64
	rtt     time.Duration // now, smoothed
	usual   time.Duration // within which packets are reported when nothing waits on the way
	room    int64         // bytes that may be on their way now; 0 is without limit
}

// NewInterceptor implements interceptor.Factory: a ledger belongs to one connection.
func (l *ledger) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

// BindLocalStream implements interceptor.Interceptor.
func (l *ledger) BindLocalStream(info *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	id := uint8(0)
	for _, e := range info.RTPHeaderExtensions {
		if e.URI == transportNumbers {
			id = uint8(e.ID)
		}
	}
	if id == 0 { // the receiver does not report
		return w
	}
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		var number rtp.TransportCCExtension
		if number.Unmarshal(h.GetExtension(id)) == nil {
			sound, _ := a.Get(keptSoundKey{}).(*keptSound)
			l.note(number.TransportSequence, sentPacket{int64(len(payload)), time.Now(), sound})
		}
		return w.Write(h, payload, a)
	})
}

// BindRTCPReader implements interceptor.Interceptor.
func (l *ledger) BindRTCPReader(r interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := r.Read(b, a)
		if err != nil {
			return n, a, err
		}
		if a == nil {
			a = interceptor.Attributes{}
		}
		packets, err := a.GetRTCPPackets(b[:n])
		if err != nil {
			return n, a, nil // not for us to judge
		}
		for _, p := range packets {
			if feedback, ok := p.(*rtcp.TransportLayerCC); ok {
				l.reported(feedback, time.Now())
			}
		}
		return n, a, nil
	})
}

// note takes note of a packet that is sent. One that was sent so long ago that its place is needed has arrived, or never
// will.
func (l *ledger) note(number uint16, p sentPacket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := &l.sent[number%ledgerPackets]
	l.total.onWay += p.size - place.size
	*place = p
	l.next = number + 1
	if l.next-l.first > ledgerPackets {
		l.first = l.next - ledgerPackets
	}
}

// reported takes note of what has arrived. All that went before it is not on its way any more, whatever became of it.
func (l *ledger) reported(f *rtcp.TransportLayerCC, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total.reports++
	number := f.BaseSequenceNumber
	end := number + f.PacketStatusCount
	if f.PacketStatusCount == 0 || f.PacketStatusCount > ledgerPackets || end-l.first > l.next-l.first {
		return // of what was never sent, or long ago
	}
	before, newest := l.total.arrived, time.Time{}
	settle := func(symbol uint16) {
		if number == end { // the last chunk may be longer than what it reports
			return
		}
		if p := &l.sent[number%ledgerPackets]; hasArrived(symbol) && p.size > 0 {
			newest = p.at
			l.total.arrived += p.size
			l.settle(p, arrived)
		}
		number++
	}
	for _, chunk := range f.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				settle(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				settle(symbol)
			}
		}
	}
	for ; l.first != end; l.first++ {
		l.settle(&l.sent[l.first%ledgerPackets], missing)
	}
	rtt := time.Duration(0)
	if !newest.IsZero() {
		rtt = now.Sub(newest)
	}
	l.gauge.report(now, l.total.arrived-before, rtt)
}

func hasArrived(symbol uint16) bool {
	return symbol == rtcp.TypeTCCPacketReceivedSmallDelta || symbol == rtcp.TypeTCCPacketReceivedLargeDelta
}

// settle ends the way of a packet, if it has not ended before.
func (l *ledger) settle(p *sentPacket, fate int32) {
	if p.sound != nil {
		p.sound.fate.CompareAndSwap(unknown, fate)
	}
	l.total.onWay -= p.size
	p.size, p.sound = 0, nil
}

// totals returns what is known now.
func (l *ledger) totals() ledgerTotal {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.total
	t.rtt, t.room = l.gauge.rtt, l.gauge.room
	if !l.gauge.told.IsZero() {
		t.usual = l.gauge.usual()
	}
	return t
}
