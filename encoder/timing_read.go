package encoder

import (
	"bytes"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
)

// maxUserData is the longest NAL unit or OBU, in bytes, that is looked into for a Timing. Marked ones have some 200.
const maxUserData = 4 << 10

// CapturedTime returns when the picture of p was taken, as a Timing in it tells. It says false when there is none, or
// none that can be read. p may come from anywhere.
func CapturedTime(p *Packet) (time.Time, bool) {
	for _, u := range p.Data {
		if roleOf(p.Stream.Codec, u) == picture {
			break // a Timing stands ahead of it
		}
		if len(u) > maxUserData {
			continue
		}
		if at, ok := capturedIn(p.Stream.Codec, u); ok {
			return at, true
		}
	}
	return time.Time{}, false
}

// capturedIn looks into one NAL unit or OBU: the reverse of userData.
func capturedIn(codec Codec, u []byte) (time.Time, bool) {
	switch {
	case codec == H264 && len(u) > 1 && u[0]&0x1f == nalSEI:
		return capturedInSEI(h264.EmulationPreventionRemove(u[1:]))
	case codec == HEVC && len(u) > 2 && u[0]>>1&0x3f == prefixSEI:
		return capturedInSEI(h264.EmulationPreventionRemove(u[2:]))
	case codec == AV1 && len(u) > 2 && u[0]>>3&0xf == metadata && u[1] == private:
		return capturedAmong(u[2:])
	}
	return time.Time{}, false
}

// capturedInSEI goes through the messages of a NAL unit (ITU-T H.264 section 7.3.2.3.1).
func capturedInSEI(b []byte) (time.Time, bool) {
	for len(b) > 2 {
		var kind, size int
		var ok bool
		if kind, b, ok = seiNumber(b); !ok {
			break
		}
		if size, b, ok = seiNumber(b); !ok || size > len(b) {
			break
		}
		if kind == unregistered {
			if at, ok := capturedAmong(b[:size]); ok {
				return at, true
			}
		}
		b = b[size:]
	}
	return time.Time{}, false
}

// seiNumber reads a number that is the sum of bytes, up to and with the first one below 255.
func seiNumber(b []byte) (n int, rest []byte, ok bool) {
	for i, c := range b {
		n += int(c)
		if c != 0xff {
			return n, b[i+1:], true
		}
	}
	return 0, nil, false
}

// capturedAmong finds the event of that name in a message of times.
func capturedAmong(b []byte) (time.Time, bool) {
	b, ok := bytes.CutPrefix(b, []byte(timesID))
	if !ok || len(b) == 0 {
		return time.Time{}, false
	}
	for n, b := int(b[0])+1, b[1:]; n > 0 && len(b) > 2; n-- {
		kind, event := b[0], b[1]
		text, rest, ok := bytes.Cut(b[2:], []byte{0})
		if kind != timeText || !ok {
			break
		}
		if event == eventCaptured {
			at, err := time.Parse(time.RFC3339Nano, string(text))
			return at, err == nil
		}
		b = rest
	}
	return time.Time{}, false
}
