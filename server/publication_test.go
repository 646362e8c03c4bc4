package server

import (
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// TestStuckViewer writes while one viewer takes nothing: it costs the other nothing, and memory stays bounded.
func TestStuckViewer(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	p, err := s.Publish("live", c.Streams, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	const viewerQueue = 100 << 10 // bytes
	stuck := &session{pub: p.Publication, queue: fanout.NewQueue(viewerQueue), done: make(chan struct{})}
	quick := &session{pub: p.Publication, queue: fanout.NewQueue(viewerQueue), done: make(chan struct{})}
	for _, v := range []*session{stuck, quick} {
		if err := p.attach(v); err != nil {
			t.Fatal(err)
		}
	}
	written, taken := 0, 0
	begin := time.Now()
	for round := time.Duration(0); round < time.Minute; round += clip.Length {
		for _, pkt := range c.Packets {
			next := *pkt
			next.PTS, next.DTS = pkt.PTS+round, pkt.DTS+round
			if err := p.WritePacket(&next); err != nil {
				t.Fatal(err)
			}
			if pkt.Stream.Codec == encoder.AAC {
				continue
			}
			written++
			if _, ok := quick.queue.Pop(); ok {
				taken++
			}
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("writing a minute took %v", took)
	}
	if _, dropped := quick.queue.Tally(); taken != written || dropped != 0 {
		t.Errorf("the quick viewer had %d of %d packets", taken, written)
	}
	_, dropped := stuck.queue.Tally()
	held := 0
	for u, ok := stuck.queue.Poll(); ok; u, ok = stuck.queue.Poll() {
		held += u.Packet.Size()
	}
	if dropped == 0 || held > viewerQueue {
		t.Errorf("the stuck viewer lost %d packets and holds %d bytes", dropped, held)
	}
}

func TestKeyframeRequests(t *testing.T) {
	t.Parallel()
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	asked := 0
	p, err := s.Publish("live", c.Streams, func() { asked++ })
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 100 {
		p.requestKeyframe()
	}
	if asked != 1 {
		t.Errorf("100 requests at once asked %d times, want 1", asked)
	}
	testrig.Eventually(t, "asked again once it may be", func() bool {
		if err := p.WritePacket(c.Packets[len(c.Packets)-1]); err != nil {
			t.Fatal(err)
		}
		return asked == 2
	})
}

func TestBFramesAreNoticed(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	p, err := s.Publish("live", c.Streams, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if reason := p.webrtcReason(); reason != "" {
		t.Fatalf("no B-frames yet, but %q", reason)
	}
	data := [][]byte{{0x41, 0}}
	for _, pts := range []time.Duration{0, 100, 33, 66} {
		pkt := &encoder.Packet{Stream: c.Streams[0], PTS: pts * time.Millisecond, Data: data}
		if err := p.WritePacket(pkt); err != nil {
			t.Fatal(err)
		}
	}
	if reason := p.webrtcReason(); reason != "b-frames" {
		t.Errorf("reason %q, want b-frames", reason)
	}
}

// TestReplay checks what a viewer gets who joins a stream that cannot be asked for a key frame.
func TestReplay(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	var g fanout.GOP
	var z fanout.Packetizer
	var last *encoder.Packet
	for _, pkt := range c.Packets {
		if pkt.Stream.Codec.Video() && pkt.PTS < clip.Length/2-100*time.Millisecond {
			g.Add(z.Unit(pkt))
			last = pkt
		}
	}
	units := z.Replay(g.Units)
	if len(units) < 10 || len(units) > clip.Rate || !units[0].Packet.Keyframe {
		t.Fatalf("%d pictures, the first a key frame: %v", len(units), units[0].Packet.Keyframe)
	}
	if end := units[len(units)-1]; end.Packet != last || end.Timestamp != z.Unit(last).Timestamp {
		t.Error("it does not end with the newest picture at its own time")
	}
	for i := 1; i < len(units); i++ {
		if step := units[i].Timestamp - units[i-1].Timestamp; step < 89 || step > 91 {
			t.Fatalf("picture %d is %d ticks after the one before, want 90", i, step)
		}
	}
	big := &encoder.Packet{Stream: last.Stream, Data: [][]byte{make([]byte, fanout.MaxGOP)}}
	if g.Add(&fanout.Unit{Packet: big}); len(g.Units) != 0 {
		t.Error("a group that is too big is kept")
	}
}
