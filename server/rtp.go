package server

import (
	"time"

	"github.com/pion/rtp/codecs"

	"golive/capture"
	"golive/encoder"
)

// maxPayload keeps an RTP packet with header, extensions, SRTP tag and UDP/IP below 1280 bytes, the least MTU of IPv6.
const maxPayload = 1170

var (
	videoClock = encoder.Rational{Num: 90000, Den: 1} // RFC 6184 section 5.1
	audioClock = encoder.Rational{Num: 48000, Den: 1} // RFC 7587 section 4.1
)

// A packetizer turns packets into RTP payloads, once for all viewers.
type packetizer struct {
	videoBase, audioBase uint32 // RTP timestamps of PTS 0
	h264                 codecs.H264Payloader
}

func (z *packetizer) unit(pkt *encoder.Packet) *unit {
	if pkt.Stream.Codec == encoder.Opus {
		return &unit{pkt: pkt, payloads: pkt.Data, timestamp: z.audioBase + uint32(capture.Ticks(pkt.PTS, audioClock))}
	}
	return &unit{
		pkt:       pkt,
		payloads:  z.h264.Payload(maxPayload, pkt.AnnexB()),
		timestamp: z.videoBase + uint32(capture.Ticks(pkt.PTS, videoClock)),
	}
}

// replay returns a group of pictures whose timestamps end where the stream is now, one millisecond apart: a player
// shows the newest at once, where with the real ones it would stay behind by the age of the group.
func (z *packetizer) replay(group []*unit) []*unit {
	units := make([]*unit, 0, len(group))
	for i, u := range group {
		again := *u // the payloads are shared
		back := time.Duration(len(group)-1-i) * time.Millisecond
		again.timestamp = z.videoBase + uint32(capture.Ticks(group[len(group)-1].pkt.PTS-back, videoClock))
		units = append(units, &again)
	}
	return units
}
