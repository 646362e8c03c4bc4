package srt

import "time"

// lossSpan is how far back the loss of now reaches, at most twice that.
const lossSpan = time.Second

// A lossMeter tells which part of the packets of the last seconds was lost.
type lossMeter struct {
	since     time.Time
	now, then struct{ sent, lost int }
}

func (m *lossMeter) turn(at time.Time) {
	if at.Sub(m.since) < lossSpan {
		return
	}
	m.then = m.now
	if at.Sub(m.since) >= 2*lossSpan {
		m.then = struct{ sent, lost int }{}
	}
	m.now, m.since = struct{ sent, lost int }{}, at
}

func (m *lossMeter) sent(at time.Time) {
	m.turn(at)
	m.now.sent++
}

func (m *lossMeter) lost(n int, at time.Time) {
	m.turn(at)
	m.now.lost += n
}

// fraction returns it, 0 to 1.
func (m *lossMeter) fraction(at time.Time) float64 {
	m.turn(at)
	sent, lost := m.now.sent+m.then.sent, m.now.lost+m.then.lost
	if sent == 0 {
		return 0
	}
	return min(1, float64(lost)/float64(sent))
}
