package testrig

import (
	"encoding/binary"

	"github.com/bluenviron/gortmplib/pkg/message"
)

// RTMPHello is what a client of RTMP says first: C0, C1 and C2 (RTMP 1.0 section 5.2).
func RTMPHello() []byte { return append([]byte{3}, make([]byte, 2*1536)...) }

// RTMPChunk returns a chunk with a full header of a message of that length; timestamp may need the extended field.
func RTMPChunk(id byte, kind message.Type, timestamp uint32, length int, body []byte) []byte {
	short := min(timestamp, 0xffffff)
	b := []byte{
		id, byte(short >> 16), byte(short >> 8), byte(short), byte(length >> 16), byte(length >> 8), byte(length),
		byte(kind), 1, 0, 0, 0,
	}
	if short == 0xffffff {
		b = binary.BigEndian.AppendUint32(b, timestamp)
	}
	return append(b, body...)
}

// RTMPControl returns a message that changes how chunks are read (section 5.4).
func RTMPControl(kind message.Type, value uint32) []byte {
	return RTMPChunk(2, kind, 0, 4, binary.BigEndian.AppendUint32(nil, value))
}
