package fanout

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtp/codecs"

	"golive/capture"
	"golive/encoder"
)

// maxPayload keeps an RTP packet with header, extensions, SRTP tag and UDP/IP below 1280 bytes, the least MTU of IPv6.
const maxPayload = 1170

// A Packetizer turns packets into RTP payloads, once for all viewers.
type Packetizer struct {
	Video, Audio uint32 // RTP timestamps of PTS 0
	h264         codecs.H264Payloader
}

// NewPacketizer returns one whose timestamps begin anywhere (RFC 3550 section 5.1).
func NewPacketizer() *Packetizer {
	return &Packetizer{Video: rand.Uint32(), Audio: rand.Uint32()}
}

// Timestamps returns the RTP timestamps of a PTS, for pictures and for sound.
func (z *Packetizer) Timestamps(pts time.Duration) (video, audio uint32) {
	return z.Video + uint32(capture.Ticks(pts, VideoClock)), z.Audio + uint32(capture.Ticks(pts, AudioClock))
}

// Unit makes RTP of a packet of H.264 or Opus.
func (z *Packetizer) Unit(pkt *encoder.Packet) *Unit {
	if pkt.Stream.Codec == encoder.Opus {
		return &Unit{Packet: pkt, Payloads: pkt.Data, Timestamp: z.Audio + uint32(capture.Ticks(pkt.PTS, AudioClock))}
	}
	return &Unit{
		Packet:    pkt,
		Payloads:  z.h264.Payload(maxPayload, pkt.AnnexB()),
		Timestamp: z.Video + uint32(capture.Ticks(pkt.PTS, VideoClock)),
	}
}

// Replay returns a group of pictures whose timestamps end where the stream is now, one millisecond apart: a player
// shows the newest at once, where with the real ones it would stay behind by the age of the group.
func (z *Packetizer) Replay(group []*Unit) []*Unit {
	units := make([]*Unit, 0, len(group))
	for i, u := range group {
		again := *u // the payloads are shared
		back := time.Duration(len(group)-1-i) * time.Millisecond
		again.Timestamp = z.Video + uint32(capture.Ticks(group[len(group)-1].Packet.PTS-back, VideoClock))
		units = append(units, &again)
	}
	return units
}
