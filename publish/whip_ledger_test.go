package publish

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// TestLedger sends across the wrap of the sequence numbers, and has one packet lost, one report lost, and one report of
// what was never sent.
func TestLedger(t *testing.T) {
	var l ledger
	at := time.Unix(1000, 0)
	l.first = 65530
	for i := range uint16(20) { // 65530 to 13
		l.note(65530+i, sentPacket{size: 100, at: at})
	}
	if got := l.totals(); got.onWay != 2000 || got.arrived != 0 {
		t.Fatalf("20 packets of 100 bytes: %+v", got)
	}
	received := &rtcp.RunLengthChunk{PacketStatusSymbol: rtcp.TypeTCCPacketReceivedSmallDelta, RunLength: 5}
	mixed := &rtcp.StatusVectorChunk{SymbolList: []uint16{ // the last two are padding
		rtcp.TypeTCCPacketReceivedLargeDelta, rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketReceivedSmallDelta,
		rtcp.TypeTCCPacketReceivedSmallDelta, rtcp.TypeTCCPacketReceivedSmallDelta,
	}}
	l.reported(&rtcp.TransportLayerCC{
		BaseSequenceNumber: 65530, PacketStatusCount: 8, PacketChunks: []rtcp.PacketStatusChunk{received, mixed},
	}, at.Add(80*time.Millisecond))
	if got := l.totals(); got.onWay != 1200 || got.arrived != 700 || got.rtt != 80*time.Millisecond {
		t.Errorf("7 of 8 packets have arrived: %+v", got)
	}
	l.reported(&rtcp.TransportLayerCC{ // nobody heard of 2 to 8, which it does not tell of
		BaseSequenceNumber: 9, PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{received},
	}, at.Add(80*time.Millisecond))
	if got := l.totals(); got.onWay != 0 || got.arrived != 1200 {
		t.Errorf("all is settled: %+v", got)
	}
	for _, base := range []uint16{14, 30000, 65530} {
		l.reported(&rtcp.TransportLayerCC{
			BaseSequenceNumber: base, PacketStatusCount: 5, PacketChunks: []rtcp.PacketStatusChunk{received},
		}, at)
	}
	if got := l.totals(); got.onWay != 0 || got.arrived != 1200 || got.reports != 5 {
		t.Errorf("reports of what was never sent, or long ago: %+v", got)
	}
}

// TestLedgerForgets sends more than it remembers, and hears nothing.
func TestLedgerForgets(t *testing.T) {
	var l ledger
	for i := range 3 * ledgerPackets {
		l.note(uint16(i), sentPacket{size: 100, at: time.Unix(1000, 0)})
	}
	if got := l.totals(); got.onWay != 100*ledgerPackets {
		t.Errorf("%d bytes on their way", got.onWay)
	}
}
