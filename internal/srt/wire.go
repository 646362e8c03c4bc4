package srt

import (
	"encoding/binary"
	"time"

	"github.com/datarhei/gosrt/packet"
)

const (
	// headerSize is that of each packet (section 3).
	headerSize = 16
	// sequenceMask and messageMask are the bits of a sequence number and of a message number (section 3.1).
	sequenceMask, messageMask = 1<<31 - 1, 1<<26 - 1
)

// stamp returns the time since start, in microseconds, as packets have it: 32 bits, which begin again after 71 minutes.
func stamp(start time.Time, first uint32) uint32 {
	return first + uint32(time.Since(start).Microseconds())
}

// control returns a control packet (section 3.2).
func control(kind packet.CtrlType, info, at, to uint32, body []byte) []byte {
	b := make([]byte, headerSize, headerSize+max(4, len(body)))
	binary.BigEndian.PutUint16(b, 1<<15|kind.Value())
	binary.BigEndian.PutUint32(b[4:], info)
	binary.BigEndian.PutUint32(b[8:], at)
	binary.BigEndian.PutUint32(b[12:], to)
	if len(body) == 0 { // libsrt wants a body
		body = make([]byte, 4)
	}
	return append(b, body...)
}

// data returns a data packet that is a whole message (section 3.1).
func data(sequence, message, at, to uint32, key packet.PacketEncryption, payload []byte) []byte {
	const whole = 0b11 << 30
	b := make([]byte, headerSize, headerSize+len(payload))
	binary.BigEndian.PutUint32(b, sequence&sequenceMask)
	binary.BigEndian.PutUint32(b[4:], whole|key.Val()<<27|message&messageMask)
	binary.BigEndian.PutUint32(b[8:], at)
	binary.BigEndian.PutUint32(b[12:], to)
	return append(b, payload...)
}

// again marks a data packet as one that is sent again.
func again(b []byte) { b[4] |= 1 << 2 }

// A controlPacket is one that came.
type controlPacket struct {
	kind packet.CtrlType
	sub  packet.CtrlSubType
	info uint32
	to   uint32
	body []byte
}

// parseControl returns false for what is no control packet.
func parseControl(b []byte) (controlPacket, bool) {
	if len(b) < headerSize || b[0]&0x80 == 0 {
		return controlPacket{}, false
	}
	return controlPacket{
		kind: packet.CtrlType(binary.BigEndian.Uint16(b) &^ (1 << 15)), sub: packet.CtrlSubType(binary.BigEndian.Uint16(b[2:])),
		info: binary.BigEndian.Uint32(b[4:]), to: binary.BigEndian.Uint32(b[12:]), body: b[headerSize:],
	}, true
}
