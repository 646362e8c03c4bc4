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
	// rttSmoothing is the part by which a new round trip time changes the smoothed one.
	rttSmoothing = 2
)

// A ledger notes which packets of a WebRTC connection are on their way, by what the receiver reports about each
// (transport-wide congestion control feedback) several times a second. It stands nearest to the network, where packets
// that go again are packets like others.
type ledger struct {
	interceptor.NoOp

	mu    sync.Mutex
	sizes [ledgerPackets]int64     // bytes of payload of those on their way, by sequence number
	times [ledgerPackets]time.Time // when they were sent
	first uint16                   // the oldest that may be on its way
	next  uint16
	total ledgerTotal
}

// A ledgerTotal counts bytes of payloads, and tells how long the way is now.
type ledgerTotal struct {
	reports int64 // that have come
	onWay   int64
	arrived int64
	rtt     time.Duration // of the newest packet in the newest report, smoothed
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
			l.sent(number.TransportSequence, int64(len(payload)), time.Now())
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

// sent takes note of a packet. One that was sent so long ago that its place is needed has arrived, or never will.
func (l *ledger) sent(number uint16, size int64, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	place := &l.sizes[number%ledgerPackets]
	l.total.onWay += size - *place
	*place = size
	l.times[number%ledgerPackets] = now
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
	newest := time.Time{}
	settle := func(symbol uint16) {
		if number != end && l.settle(number, symbol) {
			newest = l.times[number%ledgerPackets]
		}
		if number != end { // the last chunk may be longer than what it reports
			number++
		}
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
	if !newest.IsZero() {
		l.measure(now.Sub(newest))
	}
	for ; l.first != end; l.first++ {
		l.total.onWay -= l.sizes[l.first%ledgerPackets]
		l.sizes[l.first%ledgerPackets] = 0
	}
}

// settle counts a packet if it has arrived, and says whether that is news.
func (l *ledger) settle(number, symbol uint16) bool {
	place := &l.sizes[number%ledgerPackets]
	if symbol != rtcp.TypeTCCPacketReceivedSmallDelta && symbol != rtcp.TypeTCCPacketReceivedLargeDelta || *place == 0 {
		return false
	}
	l.total.onWay -= *place
	l.total.arrived += *place
	*place = 0
	return true
}

// measure takes in the round trip time of a packet.
func (l *ledger) measure(rtt time.Duration) {
	if l.total.rtt == 0 {
		l.total.rtt = rtt
	}
	l.total.rtt += (rtt - l.total.rtt) / rttSmoothing
}

// totals returns the counts of now.
func (l *ledger) totals() ledgerTotal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}
