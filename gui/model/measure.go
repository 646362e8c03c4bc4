package model

import (
	"golive/capture"
	"golive/encoder"
)

// MeasureEncoders finds out what each encoder takes on this computer, in the background; State.Encoders has it then.
func (m *Model) MeasureEncoders() {
	m.mu.Lock()
	p := m.profile.Clone()
	busy := m.measuring || m.encoders != nil || m.world.Encoders == nil
	m.measuring = !busy
	m.mu.Unlock()
	if busy {
		return
	}
	m.done.Go(func() {
		reports := m.world.Encoders(m.running, p)
		m.mu.Lock()
		m.encoders, m.measuring = reports, false
		m.mu.Unlock()
		m.changed()
	})
}

// Fit returns the encoder that would be used, what it takes for a picture in ms, and whether that leaves head-room. ""
// is none.
func (s State) Fit() (name string, ms float64, enough bool) {
	limit := 1000 * encoder.HeadRoom / max(capture.Rational(s.Profile.FPS).Float(), 1)
	for _, r := range s.Encoders {
		if !r.Works || r.Codec != s.Profile.Codec || s.Profile.Encoder != "auto" && r.Name != s.Profile.Encoder {
			continue
		}
		if r.MSPerFrame <= limit {
			return r.Name, r.MSPerFrame, true
		}
		if name == "" || r.MSPerFrame < ms {
			name, ms = r.Name, r.MSPerFrame
		}
	}
	return name, ms, false
}
