// Package fanout has the parts that one stream reaches many viewers by: packets made into RTP once for all, a bounded queue
// for each viewer, and senders that empty the queues.
package fanout

import (
	"time"

	"golive/encoder"
)

// The clocks of RTP timestamps; HLS and MPEG-TS count alike.
var (
	VideoClock = encoder.Rational{Num: 90000, Den: 1} // RFC 6184 section 5.1
	AudioClock = encoder.Rational{Num: 48000, Den: 1} // RFC 7587 section 4.1
)

// A Unit is a packet on its way to a viewer. It is immutable and shared by all viewers.
type Unit struct {
	Packet    *encoder.Packet
	Payloads  [][]byte      // of the RTP packets; nil where RTP is not spoken
	Timestamp uint32        // RTP
	PTS       time.Duration // on the clock of HLS, and
	Wall      time.Time     // the time of day of its PTS; for HLS
}

// Video says whether it is a picture.
func (u *Unit) Video() bool { return u.Packet.Stream.Codec.Video() }
