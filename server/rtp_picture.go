package server

import (
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

// A pictureBuilder makes access units of H.264 from RTP packets (RFC 6184) that come in order.
type pictureBuilder struct {
	payload   *codecs.H264Packet
	timestamp uint32
	nals      [][]byte // of the picture that is coming
	bytes     int
	broken    bool // and of no use
}

// push takes a packet, and returns the access unit that ends with it, if any. intact is false when the picture lacks
// something or does not parse, or one before it did.
func (b *pictureBuilder) push(pkt *rtp.Packet) (au [][]byte, intact bool) {
	intact = true
	if pkt.Timestamp != b.timestamp && len(b.nals) > 0 { // its last packet, which has the marker, was lost
		intact = false
		b.reset()
	}
	b.timestamp = pkt.Timestamp
	if len(pkt.Payload) > 0 && !b.broken {
		b.broken = !b.add(pkt.Payload)
	}
	if !pkt.Marker {
		return nil, intact
	}
	defer b.reset()
	if b.broken {
		return nil, false
	}
	return b.nals, intact
}

// lost says that packets are missing from here on.
func (b *pictureBuilder) lost() {
	b.reset()
	b.broken = true
}

func (b *pictureBuilder) reset() { *b = pictureBuilder{timestamp: b.timestamp} }

// add takes a payload apart; false when it makes no sense.
func (b *pictureBuilder) add(payload []byte) bool {
	if b.payload == nil {
		b.payload = &codecs.H264Packet{IsAVC: true}
	}
	if b.bytes += len(payload); b.bytes > maxPES {
		return false
	}
	joined, err := b.payload.Unmarshal(payload)
	if err != nil {
		return false
	}
	if len(joined) == 0 {
		return true // the middle of a NAL unit
	}
	var nals h264.AVCC
	if nals.Unmarshal(joined) != nil || len(b.nals)+len(nals) > h264.MaxNALUsPerAccessUnit {
		return false
	}
	b.nals = append(b.nals, nals...)
	return true
}
