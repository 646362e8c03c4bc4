package intake

import (
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"golive/encoder"
)

// A Track makes packets of the RTP of one track of a publisher.
type Track struct {
	in      *Intake
	stream  *encoder.Stream
	order   Orderer
	clock   rtpClock
	picture pictureBuilder
	waiting bool // for a key frame: what comes before it builds on what was lost
}

// NewTrack returns one that hands on packets of st, whose RTP timestamps are of that clock.
func NewTrack(in *Intake, st *encoder.Stream, clock encoder.Rational) *Track {
	return &Track{
		in: in, stream: st, order: Orderer{Wait: lossWait}, clock: rtpClock{rate: clock}, waiting: st.Codec.Video(),
	}
}

// Starved says whether the track waits for a key frame.
func (t *Track) Starved() bool { return t.waiting }

// Report takes a sender report, which tells how the tracks of a publisher belong together.
func (t *Track) Report(r *rtcp.SenderReport) { t.clock.report(r) }

// Follow moves the times of t a little towards what keeps it together with other.
func (t *Track) Follow(other *Track) { t.clock.follow(&other.clock) }

// Receive takes a packet that came at now, which is since after its publisher began.
func (t *Track) Receive(pkt *rtp.Packet, since time.Duration, now time.Time) error {
	for _, p := range t.order.Push(pkt, now) {
		if err := t.take(p, t.clock.time(p.Timestamp, since)); err != nil {
			return err
		}
	}
	return nil
}

// take hands on what ends with a packet.
func (t *Track) take(p Ordered, pts time.Duration) error {
	if !t.stream.Codec.Video() {
		return t.in.sound(t.stream, pts, p.Payload)
	}
	au, intact := t.picture.push(p)
	if p.Lost || !intact {
		t.waiting = true
	}
	if len(au) == 0 || t.waiting && !hasKeyframe(au) {
		return nil
	}
	t.waiting = false
	return t.in.Picture(pts, pts, au)
}

func hasKeyframe(au [][]byte) bool {
	return slices.ContainsFunc(au, func(nal []byte) bool { return h264.NALUType(nal[0]&0x1f) == h264.NALUTypeIDR })
}
