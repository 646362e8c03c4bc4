package srt

import (
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/datarhei/gosrt/circular"
	"github.com/datarhei/gosrt/packet"
)

// TestSpare loses two packets: one that can be reported again in time, and one that cannot and so goes twice.
func TestSpare(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	w := window{next: sequenceMask - 1} // its numbers wrap
	old, young := make([]byte, headerSize+1), make([]byte, headerSize+2)
	w.push(old, at(0))
	w.push(young, at(40))
	if fresh := w.nak(sequenceMask-1, sequenceMask, 10*time.Millisecond, at(60)); fresh != 2 {
		t.Fatalf("%d packets are lost", fresh)
	}
	for _, want := range [][]byte{old, young} {
		if got := w.takeLost(at(60), at(30), 1); !bytes.Equal(got, want) {
			t.Fatalf("a packet of %d bytes was sent again, want %d", len(got), len(want))
		}
	}
	if w.takeLost(at(60), at(30), 1) != nil {
		t.Error("more packets were sent again than were lost")
	}
	if w.takeSpare(at(60), at(60)) != nil {
		t.Error("a spare goes together with what it is a spare of")
	}
	if got := w.takeSpare(at(65), at(70)); !bytes.Equal(got, old) || w.takeSpare(at(75), at(80)) != nil {
		t.Error("not the packet in need of a spare was sent once more")
	}
	w.nak(sequenceMask-1, sequenceMask, 10*time.Millisecond, at(100))
	w.takeLost(at(100), at(30), 2)
	if !bytes.Equal(w.takeSpare(at(105), at(105)), old) || w.spares != 1 {
		t.Errorf("%d spares are left of two", w.spares)
	}
	for ms := 110; ms <= 130; ms += 10 { // as often as there is time
		w.hurry(at(-1), at(40))
		if got := w.takeSpare(at(ms), at(ms)); !bytes.Equal(got, old) || w.spares != 0 {
			t.Errorf("not the packet that is nearly too late was sent once more; %d spares are left", w.spares)
		}
	}
	if w.hurry(at(0), at(40)); w.spares != 0 {
		t.Error("what is too late is in need of a spare")
	}
	w.hurry(at(-1), at(40))
	if w.ack(sequenceMask); w.spares != 0 || w.lost != 1 || w.takeSpare(at(200), at(200)) != nil {
		t.Errorf("what has arrived needs no spare: %d, %d lost", w.spares, w.lost)
	}
}

// What is known to have arrived behind a loss is not on its way any more, and neither is what waits to be sent again.
func TestOnWay(t *testing.T) {
	now := time.Unix(1000, 0)
	w := window{next: sequenceMask - 2, seen: sequenceMask - 2} // its numbers wrap
	number := func(n uint32) uint32 { return (sequenceMask - 2 + n) & sequenceMask }
	for range 10 {
		w.push(make([]byte, headerSize+1), now)
	}
	expect := func(what string, ahead, onWay int64) {
		t.Helper()
		if w.ahead() != ahead || w.onWay() != onWay {
			t.Errorf("%s: %d ahead, %d on their way; want %d, %d", what, w.ahead(), w.onWay(), ahead, onWay)
		}
	}
	expect("sent", 0, 10)
	w.nak(number(1), number(2), 0, now)
	expect("two of four are lost", 2, 6)
	w.nak(number(5), number(5), 0, now)
	expect("three of seven are lost", 4, 3)
	w.nak(number(1), number(1), time.Second, now)
	expect("reported again", 4, 3)
	w.takeLost(now, now, 1)
	expect("one goes again", 4, 4)
	w.ack(number(2))
	expect("it arrived", 3, 3)
	w.nak(number(8), number(1<<20), 0, now)
	expect("nonsense", 3, 3)
	w.ack(number(10))
	expect("all arrived", 0, 0)
}

// A receiver's first reports of the round trip time are a guess: they make no way shorter than the handshake found it.
func TestRoundTripSettles(t *testing.T) {
	sink, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	h, stop, err := call(t.Context(), sink.LocalAddr().String(), Config{Rate: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	c := open(h, agreement{took: 200 * time.Millisecond})
	defer c.Close()
	report := func(rtt time.Duration) {
		var body bytes.Buffer
		ack := packet.CIFACK{LastACKPacketSequenceNumber: circular.New(h.first, sequenceMask), RTT: uint32(rtt.Microseconds())}
		if err := ack.Marshal(&body); err != nil {
			t.Fatal(err)
		}
		c.obey(controlPacket{kind: packet.CTRLTYPE_ACK, body: body.Bytes()})
	}
	for range settledAfter {
		if report(100 * time.Millisecond); c.Stats().RTT != 200*time.Millisecond {
			t.Fatalf("%v after a guess", c.Stats().RTT)
		}
	}
	if report(199 * time.Millisecond); c.Stats().RTT != 199*time.Millisecond {
		t.Errorf("%v when it is measured", c.Stats().RTT)
	}
}
