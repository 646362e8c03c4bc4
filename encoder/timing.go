package encoder

import (
	"encoding/binary"
	"slices"
	"time"
)

// A Timing is what a picture tells of its way, in the layout of Broadcast Performance Metrics: three messages, of times,
// of the session's counters and of the encoder's, each counted since the picture before that had them.
type Timing struct {
	Captured    time.Time // when it was taken (CTS)
	Submitted   time.Time // when the encoder was given it (FER)
	Encoded     time.Time // when it came out (FERC)
	Interleaved time.Time // when it was handed to the outputs (PIR)

	Rendered, Lagged, Dropped, Output uint32 // pictures of the session
	Input, Skipped, Coded             uint32 // pictures of the encoder
}

// Timings says which pictures carry a Timing. "" is TimingOff.
type Timings string

// Which pictures carry a Timing.
const (
	TimingOff Timings = "off"
	TimingKey Timings = "key" // key frames
	TimingAll Timings = "all"
)

// On says whether p carries one.
func (t Timings) On(p *Packet) bool { return t == TimingAll || t == TimingKey && p.Keyframe }

// The identifiers of the three messages (UUIDs).
const (
	timesID   = "\x0a\xec\xff\xe7\x52\x72\x4e\x2f\xa6\x2f\xd1\x9c\xd6\x1a\x93\xb5"
	sessionID = "\xca\x60\xe7\x1c\x6a\x8b\x43\x88\xa3\x77\x15\x1d\xf7\xbf\x8a\xc2"
	encoderID = "\xf1\xfb\xc1\xd5\x10\x1e\x4f\xb5\xa6\x1e\xb8\xce\x3c\x07\xb8\xc0"
)

// The events that times are of.
const (
	eventCaptured    = 1
	eventSubmitted   = 2
	eventEncoded     = 3
	eventInterleaved = 4
)

// Where user data stands in a stream.
const (
	nalSEI       = 6  // ITU-T H.264 table 7-1
	prefixSEI    = 39 // ITU-T H.265 table 7-1
	unregistered = 5  // the type of such user data in an SEI message
	metadata     = 5  // a type of OBU, AV1 section 6.2.2
	private      = 6  // the type of such metadata: "unregistered user private" is 6 to 31
)

// timeText is the type of a time that is written as text.
const timeText = 1

// timeLayout is RFC 3339 with milliseconds, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Mark returns p with t in it, ahead of the picture itself: user data in SEI messages (ITU-T H.264 and H.265 section
// D.1), or metadata OBUs (AV1 section 5.8).
func (t Timing) Mark(p *Packet) *Packet {
	at := slices.IndexFunc(p.Data, func(u []byte) bool { return roleOf(p.Stream.Codec, u) == picture })
	if at < 0 {
		return p
	}
	marked := *p
	marked.Data = slices.Insert(slices.Clone(p.Data), at,
		userData(p.Stream.Codec, t.times()), userData(p.Stream.Codec, t.session()), userData(p.Stream.Codec, t.encoder()))
	return &marked
}

func (t Timing) times() []byte {
	var list []byte
	n := 0
	for i, at := range []time.Time{t.Captured, t.Submitted, t.Encoded, t.Interleaved} {
		if !at.IsZero() {
			list = appendTime(list, byte(eventCaptured+i), at)
			n++
		}
	}
	return append(append([]byte(timesID), byte(max(0, n-1))), list...)
}

func (t Timing) session() []byte {
	b := appendTime(append([]byte(sessionID), 0), eventInterleaved, t.Interleaved)
	return appendCounters(b, t.Rendered, t.Lagged, t.Dropped, t.Output)
}

func (t Timing) encoder() []byte {
	b := appendTime(append([]byte(encoderID), 0), eventInterleaved, t.Interleaved)
	return appendCounters(b, t.Input, t.Skipped, t.Coded)
}

// appendTime appends a time as text that ends with a zero byte.
func appendTime(b []byte, event byte, at time.Time) []byte {
	return append(at.UTC().AppendFormat(append(b, timeText, event), timeLayout), 0)
}

// appendCounters appends how many there are, less one, and each behind its number.
func appendCounters(b []byte, counters ...uint32) []byte {
	b = append(b, byte(len(counters)-1))
	for i, c := range counters {
		b = binary.BigEndian.AppendUint32(append(b, byte(i+1)), c)
	}
	return b
}

// userData wraps a payload that begins with its identifier in a NAL unit or an OBU.
func userData(codec Codec, payload []byte) []byte {
	switch codec {
	case H264:
		return append([]byte{nalSEI}, escape(message(unregistered, payload))...)
	case HEVC:
		return append([]byte{prefixSEI << 1, 1}, escape(message(unregistered, payload))...)
	default:
		const trailing = 0x80
		return append(append([]byte{metadata << 3, private}, payload...), trailing)
	}
}

// message returns an SEI message and the bits that end its NAL unit.
func message(kind byte, payload []byte) []byte {
	b := []byte{kind}
	n := len(payload)
	for ; n >= 0xff; n -= 0xff {
		b = append(b, 0xff)
	}
	return append(append(append(b, byte(n)), payload...), 0x80)
}

// escape puts a byte between two zeros and what would make a start code of them (ITU-T H.264 section 7.4.1.1).
func escape(b []byte) []byte {
	out := make([]byte, 0, len(b)+8)
	zeros := 0
	for _, c := range b {
		if zeros == 2 && c <= 3 {
			out, zeros = append(out, 3), 0
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}
