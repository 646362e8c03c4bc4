package fanout

import (
	"testing"
	"time"

	"golive/encoder"
)

func picture(key bool, size int) *Unit {
	return &Unit{Packet: &encoder.Packet{
		Stream: &encoder.Stream{Codec: encoder.H264}, Keyframe: key, Data: [][]byte{make([]byte, size)},
	}}
}

func sound(size int) *Unit {
	return &Unit{Packet: &encoder.Packet{
		Stream: &encoder.Stream{Codec: encoder.Opus}, Keyframe: true, Data: [][]byte{make([]byte, size)},
	}}
}

// letters writes a queue down: K and p for pictures, s for sound.
func letters(q *Queue) string {
	out := ""
	for _, u := range q.units {
		switch {
		case !u.Video():
			out += "s"
		case u.Packet.Keyframe:
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
		push []*Unit
		want string
		gap  bool
	}{
		{"begins with a key frame", []*Unit{picture(false, 10), sound(1), picture(true, 10), picture(false, 10)}, "sKp", false},
		{"full: pictures go, sound stays", []*Unit{picture(true, 60), sound(5), picture(false, 30), picture(false, 30)}, "s", true},
		{"goes on with a key frame", []*Unit{picture(true, 90), picture(false, 30), picture(false, 5), picture(true, 50), picture(false, 5)}, "Kp", false},
		{"a key frame drops what is older", []*Unit{picture(true, 60), picture(false, 30), picture(true, 50)}, "K", false},
		{"one that is too big passes alone", []*Unit{picture(true, 500)}, "K", false},
		{"sound is bounded too", []*Unit{sound(60), sound(30), sound(30), sound(5)}, "sss", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := NewQueue(100)
			for _, u := range tt.push {
				q.Push(u)
			}
			if got := letters(q); got != tt.want || q.gap != tt.gap {
				t.Errorf("holds %q, gap %v; want %q, %v", got, q.gap, tt.want, tt.gap)
			}
		})
	}
}

func TestQueueAsksForKeyframe(t *testing.T) {
	q := NewQueue(100)
	for i, u := range []*Unit{picture(false, 1), picture(true, 1), picture(false, 1)} {
		if got, want := q.Push(u), i == 0; got != want {
			t.Errorf("push %d: needs a key frame %v, want %v", i, got, want)
		}
	}
}

func TestQueueClose(t *testing.T) {
	q := NewQueue(100)
	ended := make(chan bool)
	go func() {
		_, ok := q.Pop()
		ended <- ok
	}()
	q.Close()
	q.Close()
	select {
	case ok := <-ended:
		if ok {
			t.Error("pop returned a unit")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("pop blocks after close")
	}
	if q.Push(picture(false, 1)); len(q.units) != 0 {
		t.Error("a closed queue fills")
	}
}
