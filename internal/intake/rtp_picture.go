package intake

import (
	"slices"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
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
func (b *pictureBuilder) push(pkt Ordered) (au [][]byte, intact bool) {
	intact = true
	if pkt.Lost || pkt.Timestamp != b.timestamp { // what was coming will not end
		intact = b.bytes == 0 && !b.broken
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
	if b.broken || headless(b.nals) {
		return nil, false
	}
	return b.nals, intact
}

func (b *pictureBuilder) reset() { *b = pictureBuilder{timestamp: b.timestamp} }

// add takes a payload apart; false when it makes no sense.
func (b *pictureBuilder) add(payload []byte) bool {
	if b.payload == nil {
		b.payload = &codecs.H264Packet{IsAVC: true}
		if !b.payload.IsPartitionHead(payload) { // the rest of a NAL unit
			return false
		}
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

// headless says whether the first slice of a picture is missing: slices begin with the number of their first macroblock,
// and a 0 is written as a single 1 bit (H.264 sections 7.3.3 and 9.1).
func headless(au [][]byte) bool {
	i := slices.IndexFunc(au, isSlice)
	return i >= 0 && (len(au[i]) < 2 || au[i][1]&0x80 == 0)
}

func isSlice(nal []byte) bool {
	t := h264.NALUType(nal[0] & 0x1f)
	return t >= h264.NALUTypeNonIDR && t <= h264.NALUTypeIDR
}
