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
	soft := shutter{software: true}
	state.Figures.EncoderLoad, state.Settings.PreviewRate = 0, 30
	for _, tt := range []struct {
		cores       float64
		phase       model.Phase
		least, most int
	}{{0.1, model.Ready, 95, 101}, {0.3, model.Ready, 49, 55}, {0.18, model.Ready, 49, 55}, {0.1, model.Ready, 95, 101}, {0.9, model.Live, 95, 101}} {
		state.Stats.CPUCores, state.Phase = tt.cores, tt.phase
		for range 100 {
			soft.adapt(state)
		}
		if n := pictures(&soft, 10*time.Second); n < tt.least || n > tt.most {
			t.Errorf("%d pictures in ten seconds at %v cores, not %d to %d", n, tt.cores, tt.least, tt.most)
		}
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
