package srt

import (
	"bytes"
	"testing"
	"time"
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
		if got := w.takeLost(at(60), at(30)); !bytes.Equal(got, want) {
			t.Fatalf("a packet of %d bytes was sent again, want %d", len(got), len(want))
		}
	}
	if w.takeLost(at(60), at(30)) != nil {
		t.Error("more packets were sent again than were lost")
	}
	if w.takeSpare(at(60), at(60)) != nil {
		t.Error("a spare goes together with what it is a spare of")
	}
	if got := w.takeSpare(at(65), at(70)); !bytes.Equal(got, old) || w.takeSpare(at(75), at(80)) != nil {
		t.Error("not the packet in need of a spare was sent once more")
	}
	w.nak(sequenceMask-1, sequenceMask, 10*time.Millisecond, at(100))
	w.takeLost(at(100), at(90))
	if w.ack(sequenceMask); w.spares != 0 || w.lost != 1 || w.takeSpare(at(200), at(200)) != nil {
		t.Errorf("what has arrived needs no spare: %d, %d lost", w.spares, w.lost)
	}
}
