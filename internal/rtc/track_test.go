package rtc

import (
	"slices"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/fanout"
)

// A packetLog is where a track's packets go.
type packetLog struct{ packets []rtp.Packet }

// WriteRTP implements webrtc.TrackLocalWriter.
func (l *packetLog) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	l.packets = append(l.packets, rtp.Packet{Header: *h, Payload: payload})
	return len(payload), nil
}

// Write implements webrtc.TrackLocalWriter.
func (l *packetLog) Write(b []byte) (int, error) { return len(b), nil }

// TestResend asks for packets again: they come as they were, so often and no more, as long as they are remembered.
func TestResend(t *testing.T) {
	log := &packetLog{}
	first := rtp.Header{Version: 2, PayloadType: 96, SSRC: 7}
	track := &Track{kind: webrtc.RTPCodecTypeVideo, out: log, header: first, first: first, seq: 65530}
	if err := track.first.SetExtension(3, playSoon()); err != nil {
		t.Fatal(err)
	}
	stream := &encoder.Stream{Codec: encoder.H264}
	write := func(lossy bool) {
		u := &fanout.Unit{Packet: &encoder.Packet{Stream: stream}, Timestamp: 90, Payloads: [][]byte{{1}, {2}, {3}}}
		if err := track.Send(u, lossy); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		write(true)
	}
	sent := slices.Clone(log.packets)
	for i, p := range sent {
		if p.SequenceNumber != uint16(65530+i) || p.Marker != (i%3 == 2) || p.Extension != (i%3 == 0) || p.Payload[0] != byte(i%3+1) {
			t.Fatalf("packet %d is %v", i, p)
		}
	}
	ask := func(seq uint16) []rtp.Packet {
		t.Helper()
		log.packets = nil
		nack := &rtcp.TransportLayerNack{Nacks: []rtcp.NackPair{{PacketID: seq, LostPackets: 1}}}
		if err := track.Resend(nack); err != nil {
			t.Fatal(err)
		}
		return log.packets
	}
	same := func(a, b rtp.Packet) bool { return a.String() == b.String() && &a.Payload[0] == &b.Payload[0] }
	for range maxResends {
		if got := ask(65535); len(got) != 2 || !same(got[0], sent[5]) || !same(got[1], sent[6]) {
			t.Fatalf("asked for 65535 and 0, %v came", got)
		}
	}
	if got := ask(65535); len(got) != 0 {
		t.Errorf("asked once too often, %d packets came", len(got))
	}
	if got := ask(100); len(got) != 0 {
		t.Errorf("asked for what was never sent, %v came", got)
	}
	for range historyPackets/3 + 1 {
		write(true)
	}
	if got := ask(65530); len(got) != 0 {
		t.Errorf("asked for what is long forgotten, %v came", got)
	}
	fresh := &Track{kind: webrtc.RTPCodecTypeVideo, out: log, header: first, first: first}
	track = fresh
	write(false)
	if got := ask(0); len(got) != 0 || track.history != nil {
		t.Errorf("over TCP nothing is lost, but %v came again", got)
	}
}
