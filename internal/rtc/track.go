package rtc

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"golive/internal/fanout"
)

const (
	// historyPackets is how many packets of a track a viewer may ask for again: two seconds at 10 Mbit/s.
	historyPackets = 2048
	// maxResends is how often one packet is sent again, so that asking costs more than answering.
	maxResends = 4
)

// An Track sends one elementary stream to one viewer, with sequence numbers of its own: what a slow viewer missed
// leaves no hole that it would ask for again. Payloads are shared by all viewers; only headers are its own. It implements
// webrtc.TrackLocal.
type Track struct {
	kind   webrtc.RTPCodecType
	Sender *webrtc.RTPSender

	mu      sync.Mutex
	out     webrtc.TrackLocalWriter // nil until the viewer has connected
	header  rtp.Header              // of every packet
	first   rtp.Header              // of the first packet of a unit
	seq     uint16
	packets uint32
	octets  uint32
	history []sentPacket // by sequence number
}

// A sentPacket is the n-th packet of a unit.
type sentPacket struct {
	unit  *fanout.Unit
	n     uint16
	seq   uint16
	again uint8
}

// NewTrack adds a track to pc. Video and sound share a media stream id, so that players keep them together.
func NewTrack(pc *webrtc.PeerConnection, kind webrtc.RTPCodecType) (*Track, error) {
	t := &Track{kind: kind}
	tr, err := pc.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, fmt.Errorf("webrtc: add %s: %w", kind, err)
	}
	t.Sender = tr.Sender()
	return t, nil
}

// Bind implements webrtc.TrackLocal: it is called when the two sides have agreed.
func (t *Track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, p := range c.CodecParameters() {
		if !strings.HasPrefix(strings.ToLower(p.MimeType), t.kind.String()+"/") {
			continue
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.out = c.WriteStream()
		t.header = rtp.Header{Version: 2, PayloadType: uint8(p.PayloadType), SSRC: uint32(c.SSRC())}
		t.first = t.header
		for _, ext := range c.HeaderExtensions() {
			if ext.URI == playoutDelayURI {
				return p, t.first.SetExtension(uint8(ext.ID), playSoon())
			}
		}
		return p, nil
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (t *Track) Unbind(webrtc.TrackLocalContext) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out = nil
	return nil
}

// ID implements webrtc.TrackLocal.
func (t *Track) ID() string { return t.kind.String() }

// RID implements webrtc.TrackLocal.
func (t *Track) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (t *Track) StreamID() string { return "golive" }

// Kind implements webrtc.TrackLocal.
func (t *Track) Kind() webrtc.RTPCodecType { return t.kind }

// Send writes the RTP packets of a unit. They are remembered if they may get lost on the way.
func (t *Track) Send(u *fanout.Unit, lossy bool) error {
	for n := range u.Payloads {
		t.mu.Lock()
		p := sentPacket{unit: u, n: uint16(n), seq: t.seq}
		t.seq++
		t.packets++
		t.octets += uint32(len(u.Payloads[n]))
		if lossy {
			t.remember(p)
		}
		t.mu.Unlock()
		if err := t.write(p); err != nil {
			return err
		}
	}
	return nil
}

func (t *Track) remember(p sentPacket) {
	if t.history == nil {
		t.history = make([]sentPacket, historyPackets)
	}
	t.history[p.seq%historyPackets] = p
}

// write makes the header of a packet and writes it.
func (t *Track) write(p sentPacket) error {
	t.mu.Lock()
	h, out := t.header, t.out
	if p.n == 0 {
		h = t.first
	}
	t.mu.Unlock()
	if out == nil {
		return webrtc.ErrConnectionClosed
	}
	h.SequenceNumber, h.Timestamp = p.seq, p.unit.Timestamp
	h.Marker = p.unit.Video() && int(p.n) == len(p.unit.Payloads)-1
	_, err := out.WriteRTP(&h, p.unit.Payloads[p.n])
	return err
}

// Resend writes the packets that a viewer says it did not get (RFC 4585 section 6.2.1), as far as they are remembered.
func (t *Track) Resend(nack *rtcp.TransportLayerNack) error {
	for _, pair := range nack.Nacks {
		for _, seq := range pair.PacketList() {
			p, ok := t.lost(seq)
			if !ok {
				continue
			}
			if err := t.write(p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Track) lost(seq uint16) (sentPacket, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.history == nil {
		return sentPacket{}, false
	}
	p := &t.history[seq%historyPackets]
	if p.unit == nil || p.seq != seq || p.again >= maxResends {
		return sentPacket{}, false
	}
	p.again++
	return *p, true
}

// Report returns a sender report (RFC 3550 section 6.4.1): timestamp is the RTP timestamp of now.
func (t *Track) Report(now time.Time, timestamp uint32) *rtcp.SenderReport {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &rtcp.SenderReport{
		SSRC: t.header.SSRC, NTPTime: rtp.NewAbsCaptureTimeExtension(now).Timestamp, RTPTime: timestamp,
		PacketCount: t.packets, OctetCount: t.octets,
	}
}
