package publish

import (
	"testing"
	"time"

	"golive/encoder"
)

var (
	testVideo = &encoder.Stream{Codec: encoder.H264, BitRate: 1_000_000}
	testAudio = &encoder.Stream{Codec: encoder.AAC, BitRate: 100_000}
)

func videoPacket(at time.Duration, key bool) *encoder.Packet {
	return &encoder.Packet{Stream: testVideo, PTS: at, DTS: at, Keyframe: key, Data: [][]byte{make([]byte, 100)}}
}

func audioPacket(at time.Duration) *encoder.Packet {
	return &encoder.Packet{Stream: testAudio, PTS: at, DTS: at, Keyframe: true, Data: [][]byte{make([]byte, 10)}}
}

// fill pushes 25 pictures a second with a key frame every two seconds, and as much sound, from a time to another.
func fill(q *queue, from, to time.Duration) {
	for at := from; at < to; at += 40 * time.Millisecond {
		q.push(videoPacket(at, at%(2*time.Second) == 0))
		q.push(audioPacket(at))
	}
}

// drained returns what can be taken at once.
func drained(q *queue) (video, audio []*encoder.Packet) {
	stop := make(chan struct{})
	close(stop)
	for {
		p, ok := q.take(stop)
		if !ok {
			return video, audio
		}
		if p.Stream == testVideo {
			video = append(video, p.Packet)
		} else {
			audio = append(audio, p.Packet)
		}
	}
}

func TestQueueKeepsOrder(t *testing.T) {
	q := newQueue()
	fill(q, 0, 800*time.Millisecond)
	if waiting, dropped := q.state(); waiting != 760*time.Millisecond || dropped.Sum() != 0 {
		t.Errorf("%v waiting, %+v dropped", waiting, dropped)
	}
	last := time.Duration(0)
	for range 40 {
		p, ok := q.take(nil)
		if !ok || p.DTS < last {
			t.Fatalf("%v after %v", p, last)
		}
		last = p.DTS
	}
	q.end()
	if p, ok := q.take(nil); ok {
		t.Errorf("%v after the end", p)
	}
}

func TestQueueStartsWithAKeyFrame(t *testing.T) {
	q := newQueue()
	fill(q, 1960*time.Millisecond, 2200*time.Millisecond) // one picture before the key frame
	video, audio := drained(q)
	if len(video) != 5 || !video[0].Keyframe || len(audio) != 5 || audio[0].DTS != 2*time.Second {
		t.Errorf("%d pictures, %d sounds from %v", len(video), len(audio), audio[0].DTS)
	}
	if _, dropped := q.state(); dropped.Sum() != 1 {
		t.Errorf("%+v dropped", dropped)
	}
}

func TestQueueDropsVideoUpToTheNextKeyFrame(t *testing.T) {
	q := newQueue()
	fill(q, 0, 40*time.Millisecond)
	q.take(nil) // a connection in progress
	fill(q, 40*time.Millisecond, 1500*time.Millisecond)
	video, audio := drained(q)
	if len(video) != 0 || len(audio) != 38 {
		t.Errorf("%d pictures without their key frame, %d of 38 sounds", len(video), len(audio))
	}
	fill(q, 1520*time.Millisecond, 2400*time.Millisecond)
	video, audio = drained(q)
	if len(video) != 10 || !video[0].Keyframe || len(audio) != 22 {
		t.Errorf("%d pictures from the key frame on, %d sounds", len(video), len(audio))
	}
	if _, dropped := q.state(); dropped.Sum() != 37+12 {
		t.Errorf("%+v dropped, want 49", dropped)
	}
}

func TestQueueKeepsTheNewestGroup(t *testing.T) {
	q := newQueue()
	fill(q, 0, 40*time.Millisecond)
	q.take(nil)
	fill(q, 1400*time.Millisecond, 2400*time.Millisecond)
	// The pictures from 1.4 s on have no key frame in this queue; they were taken as the continuation of the first.
	video, _ := drained(q)
	if len(video) != 10 || !video[0].Keyframe || video[0].DTS != 2*time.Second {
		t.Errorf("%d pictures from %v", len(video), video[0].DTS)
	}
}

func TestQueueBeforeTheFirstConnection(t *testing.T) {
	q := newQueue()
	fill(q, 0, 600*time.Millisecond)
	if q.reopen() {
		t.Error("wants a key frame, though it begins with one")
	}
	if video, _ := drained(q); len(video) != 15 || !video[0].Keyframe {
		t.Errorf("%d of the first 15 pictures", len(video))
	}

	q = newQueue()
	fill(q, 0, 1500*time.Millisecond)
	if !q.reopen() {
		t.Error("wants no key frame, though its own is too old")
	}
	if video, audio := drained(q); len(video)+len(audio) != 0 {
		t.Errorf("%d pictures and %d sounds that are too old", len(video), len(audio))
	}
}

func TestQueueWhileThereIsNoConnection(t *testing.T) {
	q := newQueue()
	fill(q, 0, 400*time.Millisecond)
	q.close()
	fill(q, 400*time.Millisecond, 2040*time.Millisecond)
	if video, audio := drained(q); len(video)+len(audio) != 0 {
		t.Errorf("%d pictures, %d sounds", len(video), len(audio))
	}
	if !q.reopen() {
		t.Error("no key frame wanted")
	}
	q.push(audioPacket(2100 * time.Millisecond))
	q.push(videoPacket(2100*time.Millisecond, false))
	q.push(videoPacket(2140*time.Millisecond, true))
	q.push(audioPacket(2130 * time.Millisecond)) // sound is late, and this is from before
	q.push(audioPacket(2150 * time.Millisecond))
	video, audio := drained(q)
	if len(video) != 1 || !video[0].Keyframe || len(audio) != 1 || audio[0].DTS != 2150*time.Millisecond {
		t.Errorf("%v, %v", video, audio)
	}
	if _, dropped := q.state(); dropped.Sum() != 51+1 {
		t.Errorf("%+v dropped, want 52", dropped)
	}
}

func TestQueueBoundsSoundToo(t *testing.T) {
	q := newQueue()
	fill(q, 0, 40*time.Millisecond)
	q.take(nil)
	fill(q, 40*time.Millisecond, 20*time.Second)
	if _, audio := drained(q); len(audio) < 120 || len(audio) > 130 {
		t.Errorf("%d sounds of 40 ms, want 5 s", len(audio))
	}
}

func TestQueueBoundsBytes(t *testing.T) {
	q := newQueue()
	q.push(videoPacket(0, true))
	q.take(nil)
	for i := range 40 {
		p := videoPacket(time.Duration(i+1)*time.Millisecond, false)
		p.Data = [][]byte{make([]byte, 1<<20)}
		q.push(p)
		if q.bytes > maxQueuedBytes {
			t.Fatalf("%d bytes", q.bytes)
		}
	}
	if _, dropped := q.state(); dropped.Sum() == 0 {
		t.Error("nothing dropped")
	}
}

func TestInterleaver(t *testing.T) {
	i := interleaver{tracks: 2}
	var out []time.Duration
	push := func(p *encoder.Packet) {
		for _, p := range i.push(p) {
			out = append(out, p.DTS)
		}
	}
	for n := range 10 { // sound comes three pictures late
		push(videoPacket(time.Duration(n)*40*time.Millisecond, n == 0))
		if n >= 3 {
			push(audioPacket(time.Duration(n-3) * 40 * time.Millisecond))
		}
	}
	if len(out) != 14 {
		t.Errorf("%d packets left, want those up to the newest sound", len(out))
	}
	for _, p := range i.rest() {
		out = append(out, p.DTS)
	}
	for n := 1; n < len(out); n++ {
		if out[n] < out[n-1] {
			t.Fatalf("out of order: %v", out)
		}
	}
	if len(out) != 17 {
		t.Errorf("%d packets, want 17", len(out))
	}
}

func TestInterleaverDoesNotWaitForever(t *testing.T) {
	i := interleaver{tracks: 2}
	left := 0
	for n := range 100 { // no sound at all
		left += len(i.push(videoPacket(time.Duration(n)*40*time.Millisecond, false)))
	}
	if left != 50 {
		t.Errorf("%d pictures left in 4 s, want all but the last 2 s", left)
	}
}
