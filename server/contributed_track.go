package server

import (
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtp"

	"golive/encoder"
)

// A contributedTrack makes packets of the RTP of one track of a publisher.
type contributedTrack struct {
	stream  *encoder.Stream
	ssrc    uint32 // 0 before the first packet
	order   orderer
	clock   rtpClock
	picture pictureBuilder
	waiting bool // for a key frame: what comes before it builds on what was lost
}

// receive takes a packet that came at now, which is since after its publisher began.
func (t *contributedTrack) receive(in *intake, pkt *rtp.Packet, since time.Duration, now time.Time) error {
	for _, p := range t.order.push(pkt, now) {
		if err := t.take(in, p, t.clock.time(p.Timestamp, since)); err != nil {
			return err
		}
	}
	return nil
}

// take hands on what ends with a packet.
func (t *contributedTrack) take(in *intake, p ordered, pts time.Duration) error {
	if !t.stream.Codec.Video() {
		return in.sound(t.stream, pts, p.Payload)
	}
	au, intact := t.picture.push(p)
	if p.lost || !intact {
		t.waiting = true
	}
	if len(au) == 0 || t.waiting && !hasKeyframe(au) {
		return nil
	}
	t.waiting = false
	return in.picture(pts, pts, au)
}

func hasKeyframe(au [][]byte) bool {
	return slices.ContainsFunc(au, func(nal []byte) bool { return h264.NALUType(nal[0]&0x1f) == h264.NALUTypeIDR })
}
