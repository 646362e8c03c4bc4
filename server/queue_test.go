package server

import (
	"testing"
	"time"

	"golive/encoder"
)

func picture(key bool, size int) *unit {
	return &unit{pkt: &encoder.Packet{
		Stream: &encoder.Stream{Codec: encoder.H264}, Keyframe: key, Data: [][]byte{make([]byte, size)},
	}}
}

func sound(size int) *unit {
	return &unit{pkt: &encoder.Packet{
		Stream: &encoder.Stream{Codec: encoder.Opus}, Keyframe: true, Data: [][]byte{make([]byte, size)},
	}}
}

// letters writes a queue down: K and p for pictures, s for sound.
func letters(q *queue) string {
	out := ""
	for _, u := range q.units {
		switch {
		case !u.video():
			out += "s"
		case u.pkt.Keyframe:
			out += "K"
		default:
			out += "p"
		}
	}
	return out
}

func TestQueueDrops(t *testing.T) {
	tests := []struct {
		name string
		push []*unit
		want string
		gap  bool
	}{
		{"begins with a key frame", []*unit{picture(false, 10), sound(1), picture(true, 10), picture(false, 10)}, "sKp", false},
		{"full: pictures go, sound stays", []*unit{picture(true, 60), sound(5), picture(false, 30), picture(false, 30)}, "s", true},
		{"goes on with a key frame", []*unit{picture(true, 90), picture(false, 30), picture(false, 5), picture(true, 50), picture(false, 5)}, "Kp", false},
		{"a key frame drops what is older", []*unit{picture(true, 60), picture(false, 30), picture(true, 50)}, "K", false},
		{"one that is too big passes alone", []*unit{picture(true, 500)}, "K", false},
		{"sound is bounded too", []*unit{sound(60), sound(30), sound(30), sound(5)}, "sss", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := newQueue(100)
			for _, u := range tt.push {
				q.push(u)
			}
			if got := letters(q); got != tt.want || q.gap != tt.gap {
				t.Errorf("holds %q, gap %v; want %q, %v", got, q.gap, tt.want, tt.gap)
			}
		})
	}
}

func TestQueueAsksForKeyframe(t *testing.T) {
	q := newQueue(100)
	for i, u := range []*unit{picture(false, 1), picture(true, 1), picture(false, 1)} {
		if got, want := q.push(u), i == 0; got != want {
			t.Errorf("push %d: needs a key frame %v, want %v", i, got, want)
		}
	}
}

func TestQueueClose(t *testing.T) {
	q := newQueue(100)
	ended := make(chan bool)
	go func() {
		_, ok := q.pop()
		ended <- ok
	}()
	q.close()
	q.close()
	select {
	case ok := <-ended:
		if ok {
			t.Error("pop returned a unit")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("pop blocks after close")
	}
	if q.push(picture(false, 1)); len(q.units) != 0 {
		t.Error("a closed queue fills")
	}
}
