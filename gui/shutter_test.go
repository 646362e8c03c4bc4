package gui

import (
	"testing"
	"time"

	"golive/gui/model"
	"golive/profile"
)

type eyes struct{ seen, closed bool }

func (e *eyes) visible() bool { return e.seen }
func (e *eyes) close()        { e.closed = true }

func TestShutter(t *testing.T) {
	at := time.Unix(1000, 0)
	pictures := func(s *shutter, d time.Duration) (n int) {
		for end := at.Add(d); at.Before(end); at = at.Add(5 * time.Millisecond) {
			if s.open(at) {
				n++
			}
		}
		return n
	}
	var s shutter
	state := model.State{Settings: profile.DefaultSettings()}
	state.Settings.PreviewRate = 10
	s.adapt(state)
	if n := pictures(&s, time.Second); n < 9 || n > 11 {
		t.Errorf("%d pictures a second, not 10", n)
	}
	state.Figures.EncoderLoad = 0.9
	s.adapt(state)
	if n := pictures(&s, time.Second); n < 4 || n > 6 {
		t.Errorf("%d pictures a second while the encoder is pressed, not 5", n)
	}
	e := &eyes{}
	s.watch(e)
	pictures(&s, time.Second)
	if n := pictures(&s, 10*time.Second); n != 0 {
		t.Errorf("%d pictures that nobody can see", n)
	}
	e.seen = true
	if n := pictures(&s, 2*time.Second); n < 5 {
		t.Errorf("%d pictures after the window is back", n)
	}
	s.close()
	if s.close(); !e.closed {
		t.Error("the eyes stay open")
	}
}
