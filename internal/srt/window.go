package srt

import (
	"slices"
	"time"
)

// A window holds the packets that are sent and not acknowledged, in the order of their sequence numbers.
type window struct {
	packets []sentPacket
	next    uint32 // sequence number
	seen    uint32 // sequence number; what goes before has arrived, or is reported
	bytes   int64  // of payloads
	lost    int    // packets that wait to be sent again
	spares  int    // times that packets will go again without being asked for
}

// A sentPacket is one on its way.
type sentPacket struct {
	wire        []byte
	first, last time.Time // when it was sent
	lost        bool      // it is to be sent again
	reported    bool      // it was lost at least once
	spares      int       // times that it goes again without being asked for
}

// push adds a packet that is sent now.
func (w *window) push(wire []byte, now time.Time) {
	w.packets = append(w.packets, sentPacket{wire: wire, first: now, last: now})
	w.bytes += int64(len(wire) - headerSize)
	w.next = (w.next + 1) & sequenceMask
}

// index returns where the packet of a sequence number stands. It may be below 0 or beyond the last.
func (w *window) index(sequence uint32) int {
	back := int32((w.next-sequence)<<1) >> 1 // 31 bits with a sign
	return len(w.packets) - int(back)
}

// ack forgets all packets before a sequence number and returns their bytes.
func (w *window) ack(sequence uint32) int64 {
	n := w.index(sequence)
	if n <= 0 || n > len(w.packets) { // old, or never sent
		return 0
	}
	w.see(sequence)
	return w.forget(n)
}

// see takes note that the receiver knows of what goes before a sequence number.
func (w *window) see(sequence uint32) {
	if n := w.index(sequence); n > w.index(w.seen) && n <= len(w.packets) {
		w.seen = sequence & sequenceMask
	}
}

// ahead returns the bytes that have arrived behind some that have not.
func (w *window) ahead() (bytes int64) {
	for _, p := range w.packets[:max(0, w.index(w.seen))] {
		if !p.reported {
			bytes += int64(len(p.wire) - headerSize)
		}
	}
	return bytes
}

// onWay returns the bytes that have neither arrived nor wait to be sent again.
func (w *window) onWay() int64 {
	bytes := w.bytes
	for _, p := range w.packets[:max(0, w.index(w.seen))] {
		if p.lost || !p.reported {
			bytes -= int64(len(p.wire) - headerSize)
		}
	}
	return bytes
}

// forget takes away the oldest n packets and returns their bytes.
func (w *window) forget(n int) int64 {
	bytes := int64(0)
	for _, p := range w.packets[:n] {
		bytes += int64(len(p.wire) - headerSize)
		if p.lost {
			w.lost--
		}
		w.spares -= p.spares
	}
	w.packets = slices.Delete(w.packets, 0, n)
	w.bytes -= bytes
	return bytes
}

// nak marks the packets from one sequence number to another as lost, and returns how many of them are for the first
// time. A report cannot mean what was sent after it: who was sent again less than settle ago is left alone.
func (w *window) nak(from, to uint32, settle time.Duration, now time.Time) (fresh int) {
	first, last := max(0, w.index(from)), min(w.index(to), len(w.packets)-1)
	for i := first; i <= last; i++ {
		p := &w.packets[i]
		if p.lost || p.reported && now.Sub(p.last) < settle {
			continue
		}
		if !p.reported {
			fresh++
		}
		p.lost, p.reported = true, true
		w.lost++
	}
	w.see(to + 2) // the packet after the last that is missing has arrived
	return fresh
}

// takeLost returns the oldest packet that waits to be sent again, nil when none does. One that was first sent before
// urgent is in need of so many spares.
func (w *window) takeLost(now, urgent time.Time, spares int) []byte {
	if w.lost == 0 {
		return nil
	}
	i := slices.IndexFunc(w.packets, func(p sentPacket) bool { return p.lost })
	if w.packets[i].first.Before(urgent) {
		w.need(i, spares)
	}
	return w.resend(i, now)
}

// hurry has those that were lost and were sent for the first time between two times go once more.
func (w *window) hurry(from, to time.Time) {
	for i := 0; i < len(w.packets) && w.packets[i].first.Before(to); i++ {
		if p := w.packets[i]; p.reported && p.first.After(from) {
			w.need(i, 1)
		}
	}
}

// need notes that a packet is in need of so many spares at least.
func (w *window) need(i, spares int) {
	p := &w.packets[i]
	w.spares += max(0, spares-p.spares)
	p.spares = max(p.spares, spares)
}

// takeSpare returns the oldest packet in need of a spare that was last sent before a time, nil when there is none.
func (w *window) takeSpare(before, now time.Time) []byte {
	if w.spares == 0 {
		return nil
	}
	i := slices.IndexFunc(w.packets, func(p sentPacket) bool { return p.spares > 0 && p.last.Before(before) })
	if i < 0 {
		return nil
	}
	w.packets[i].spares--
	w.spares--
	return w.resend(i, now)
}

// resend takes note that a packet is sent again.
func (w *window) resend(i int, now time.Time) []byte {
	p := &w.packets[i]
	if p.lost {
		p.lost = false
		w.lost--
	}
	p.last = now
	again(p.wire)
	return p.wire
}

// expire forgets the packets that were sent before a time, and returns how many they are.
func (w *window) expire(before time.Time) int {
	n := 0
	for n < len(w.packets) && w.packets[n].first.Before(before) {
		n++
	}
	w.forget(n)
	return n
}

// age returns for how long the oldest packet has waited.
func (w *window) age(now time.Time) time.Duration {
	if len(w.packets) == 0 {
		return 0
	}
	return now.Sub(w.packets[0].first)
}
