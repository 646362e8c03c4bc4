package server

import (
	"fmt"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// An rtpTrack sends one elementary stream to one viewer, with sequence numbers of its own: what a slow viewer missed
// leaves no hole that it would ask for again.
type rtpTrack struct {
	local   *webrtc.TrackLocalStaticRTP
	sender  *webrtc.RTPSender
	ssrc    uint32
	seq     uint16
	packets uint32
	octets  uint32

	playoutID uint8 // of the playout-delay extension; 0 when not negotiated
}

// newTrack adds a track to pc. Video and sound share a media stream id, so that players keep them together.
func newTrack(pc *webrtc.PeerConnection, format webrtc.RTPCodecCapability, id string) (*rtpTrack, error) {
	local, err := webrtc.NewTrackLocalStaticRTP(format, id, "golive")
	if err != nil {
		return nil, err
	}
	tr, err := pc.AddTransceiverFromTrack(local,
		webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, fmt.Errorf("webrtc: add %s: %w", id, err)
	}
	return &rtpTrack{local: local, sender: tr.Sender()}, nil
}

// negotiated reads what the two sides agreed on.
func (t *rtpTrack) negotiated() {
	p := t.sender.GetParameters()
	if len(p.Encodings) > 0 {
		t.ssrc = uint32(p.Encodings[0].SSRC)
	}
	for _, ext := range p.HeaderExtensions {
		if ext.URI == playoutDelayURI {
			t.playoutID = uint8(ext.ID)
		}
	}
}

// send writes the RTP packets of a unit.
func (t *rtpTrack) send(u *unit) error {
	for i, payload := range u.payloads {
		h := rtp.Header{
			Version: 2, SequenceNumber: t.seq, Timestamp: u.timestamp,
			Marker: u.video() && i == len(u.payloads)-1,
		}
		if i == 0 && t.playoutID != 0 {
			if err := h.SetExtension(t.playoutID, playSoon()); err != nil {
				return err
			}
		}
		t.seq++
		if err := t.local.WriteRTP(&rtp.Packet{Header: h, Payload: payload}); err != nil {
			return err
		}
		t.packets++
		t.octets += uint32(len(payload))
	}
	return nil
}

// report returns a sender report (RFC 3550 section 6.4.1): timestamp is the RTP timestamp of now.
func (t *rtpTrack) report(now time.Time, timestamp uint32) *rtcp.SenderReport {
	return &rtcp.SenderReport{
		SSRC: t.ssrc, NTPTime: rtp.NewAbsCaptureTimeExtension(now).Timestamp, RTPTime: timestamp,
		PacketCount: t.packets, OctetCount: t.octets,
	}
}
