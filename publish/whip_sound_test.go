package publish

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// TestSoundGoesAgain loses sound on a way whose receiver reports: what is missing or overdue goes again under its own
// number, as long as it is of use, and what has arrived does not.
func TestSoundGoesAgain(t *testing.T) {
	var l ledger
	var turns turns
	turns.set(10_000_000)
	k := soundKeeper{ledger: &l, turns: &turns, over: make(chan struct{})}
	var numbers []uint16 // that were sent, in this order: their places are the transport's numbers
	w := k.bind(interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		sound, _ := a.Get(keptSoundKey{}).(*keptSound)
		l.note(uint16(len(numbers)), sentPacket{int64(len(payload)), time.Now(), sound})
		numbers = append(numbers, h.SequenceNumber)
		return len(payload), h.SetExtension(1, []byte{0, 0})
	}))
	report := func(base uint16, symbols ...uint16) {
		l.reported(&rtcp.TransportLayerCC{
			BaseSequenceNumber: base, PacketStatusCount: uint16(len(symbols)),
			PacketChunks: []rtcp.PacketStatusChunk{&rtcp.StatusVectorChunk{SymbolList: symbols}},
		}, time.Now())
	}
	begin := time.Now()
	for n := range uint16(4) { // across the wrap
		h := rtp.Header{Version: 2, SequenceNumber: 65534 + n}
		if _, err := w.Write(&h, []byte{1, 2, 3}, nil); err != nil || h.Extension {
			t.Fatalf("%v, header %+v", err, h)
		}
	}
	k.again(begin.Add(stillOfUse / 2))
	if len(numbers) != 4 {
		t.Fatalf("nothing was ever reported, and %v was sent", numbers)
	}
	report(0, rtcp.TypeTCCPacketReceivedSmallDelta, rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketReceivedSmallDelta)
	k.again(time.Now())
	k.again(time.Now())
	if want := []uint16{65534, 65535, 0, 1, 65535}; !slices.Equal(numbers, want) {
		t.Fatalf("65535 is missing, and %v was sent, want %v", numbers, want)
	}
	report(3, rtcp.TypeTCCPacketNotReceived, rtcp.TypeTCCPacketReceivedSmallDelta)
	k.again(time.Now())
	if want := []uint16{65534, 65535, 0, 1, 65535, 1}; !slices.Equal(numbers, want) {
		t.Fatalf("1 is missing, and %v was sent, want %v", numbers, want)
	}
	k.again(time.Now().Add(l.totals().usual + 2*gapSlack))
	if len(numbers) != 7 || numbers[6] != 1 {
		t.Errorf("nobody reports 1, and %v was sent", numbers)
	}
	k.again(time.Now().Add(2 * stillOfUse))
	if len(numbers) != 7 || len(k.kept) != 0 {
		t.Errorf("too late, and %v was sent; %d are kept", numbers, len(k.kept))
	}
}
