package publish

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"golive/capture"
	"golive/encoder"
)

const (
	// maxRTPPayload keeps a packet with its header, extensions and the tag of SRTP below 1200 bytes, which go everywhere.
	maxRTPPayload = 1160
	// rtpOverhead is what is around a payload: the headers of RTP, UDP and IP, an extension, the tag of SRTP.
	rtpOverhead = 12 + 8 + 10 + 28
	// rtpMemory is of how many packets is known how much was sent until then: more than a receiver reports late.
	rtpMemory = 1 << 13
)

// An rtpTrack sends one stream as RTP.
type rtpTrack struct {
	local  *webrtc.TrackLocalStaticRTP
	sender *webrtc.RTPSender
	video  bool
	clock  encoder.Rational
	base   uint32 // RTP timestamp of PTS 0
	h264   codecs.H264Payloader

	mu      sync.Mutex
	next    uint16 // sequence number
	packets uint32
	octets  uint32
	until   [rtpMemory]int64 // bytes that were sent with and before a packet, by its sequence number
	sent    int64
	acked   int64
}

func newRTPTrack(pc *webrtc.PeerConnection, s *encoder.Stream, start rtpStart) (*rtpTrack, error) {
	t := &rtpTrack{video: s.Codec.Video(), clock: encoder.Rational{Num: 48000, Den: 1}, base: start.timestamp, next: start.sequence}
	id, format := "audio", opusFormat()
	if t.video {
		id, format, t.clock = "video", h264Format(s), encoder.Rational{Num: 90000, Den: 1}
	}
	if start == (rtpStart{}) {
		var b [6]byte
		rand.Read(b[:]) // it never fails
		t.base, t.next = binary.BigEndian.Uint32(b[:]), binary.BigEndian.Uint16(b[4:])
	}
	var err error
	if t.local, err = webrtc.NewTrackLocalStaticRTP(format, id, "golive"); err != nil {
		return nil, err
	}
	tr, err := pc.AddTransceiverFromTrack(t.local, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, err
	}
	t.sender = tr.Sender()
	return t, nil
}

// payloads takes a packet apart (RFC 6184, RFC 7587).
func (t *rtpTrack) payloads(p *encoder.Packet) [][]byte {
	if t.video {
		return t.h264.Payload(maxRTPPayload, p.AnnexB())
	}
	return p.Data
}

// write sends a payload, the last one of its packet or not.
func (t *rtpTrack) write(payload []byte, pts time.Duration, last bool) error {
	h := rtp.Header{Version: 2, SequenceNumber: t.count(len(payload)), Timestamp: t.timestamp(pts), Marker: t.video && last}
	return t.local.WriteRTP(&rtp.Packet{Header: h, Payload: payload})
}

// count takes note of a payload that is sent, and returns its sequence number.
func (t *rtpTrack) count(bytes int) (number uint16) {
	t.mu.Lock()
	defer t.mu.Unlock()
	number = t.next
	t.sent += int64(bytes)
	t.until[number%rtpMemory] = t.sent
	t.next++
	t.packets++
	t.octets += uint32(bytes)
	return number
}

// counts returns the bytes that were sent, and that the receiver has reported.
func (t *rtpTrack) counts() (sent, acked int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sent, t.acked
}

func (t *rtpTrack) timestamp(pts time.Duration) uint32 {
	return t.base + uint32(capture.Ticks(pts, t.clock))
}

// report tells the receiver which time of day a PTS is (RFC 3550 section 6.4.1), for all tracks the same.
func (t *rtpTrack) report(now time.Time, pts time.Duration) rtcp.Packet {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &rtcp.SenderReport{
		SSRC: t.ssrc(), NTPTime: rtp.NewAbsCaptureTimeExtension(now).Timestamp, RTPTime: t.timestamp(pts),
		PacketCount: t.packets, OctetCount: t.octets,
	}
}

func (t *rtpTrack) ssrc() uint32 {
	if e := t.sender.GetParameters().Encodings; len(e) > 0 {
		return uint32(e[0].SSRC)
	}
	return 0
}

// received takes note of how far the receiver has got.
func (t *rtpTrack) received(highest uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if behind := t.next - 1 - uint16(highest); t.packets > 0 && uint32(behind) < min(t.packets, rtpMemory) {
		t.acked = max(t.acked, t.until[uint16(highest)%rtpMemory])
	}
}
