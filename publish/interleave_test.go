package publish

import (
	"testing"
	"time"

	"golive/encoder"
)

// Sound does not wait for pictures that were dropped.
func TestInterleaverPassesWhatWasDropped(t *testing.T) {
	video, sound := &encoder.Stream{Codec: encoder.H264}, &encoder.Stream{Codec: encoder.AAC}
	i := interleaver{tracks: 2}
	push := func(s *encoder.Stream, ms int) int {
		return len(i.push(&encoder.Packet{Stream: s, DTS: time.Duration(ms) * time.Millisecond}))
	}
	i.pass(time.Second) // before anything came there is nothing to pass
	if n := push(sound, 0); n != 0 {
		t.Errorf("%d packets ahead of the first picture", n)
	}
	if n := push(video, 0); n != 2 {
		t.Errorf("%d packets with the first picture, want 2", n)
	}
	if n := push(sound, 20); n != 0 {
		t.Errorf("%d packets ahead of the pictures", n)
	}
	i.pass(500 * time.Millisecond)
	if n := push(sound, 40); n != 2 {
		t.Errorf("%d packets after the pictures were dropped, want 2", n)
	}
	i.pass(0)
	if n := push(sound, 480); n != 1 {
		t.Errorf("%d packets: what was passed is forgotten", n)
	}
	if n := push(sound, 520); n != 0 {
		t.Errorf("%d packets ahead of the next picture", n)
	}
}
