package capture

import "math"

// Silence is the lowest level a meter shows, in dBFS.
const Silence = -90

// A Level is what a meter shows, in dBFS, left and right; Silence at the lowest.
type Level struct {
	RMS  [2]float64 // over about 100 ms
	Peak [2]float64 // falls slowly
}

// peakFall is how much a peak keeps of itself in 10 ms: it falls by about 20 dB a second.
const peakFall = 0.977

// A meter measures stereo sound in stretches of 10 ms.
type meter struct {
	square [2]float64 // mean, smoothed
	peak   [2]float64
}

func (m *meter) add(samples []float32) {
	var square, peak [2]float64
	for i, s := range samples {
		v := math.Abs(float64(s))
		square[i&1] += v * v
		peak[i&1] = max(peak[i&1], v)
	}
	for c := range 2 {
		m.square[c] += (square[c]/float64(len(samples)/2) - m.square[c]) / 10
		m.peak[c] = max(peak[c], m.peak[c]*peakFall)
	}
}

func (m *meter) level() Level {
	var l Level
	for c := range 2 {
		l.RMS[c] = decibel(math.Sqrt(m.square[c]))
		l.Peak[c] = decibel(m.peak[c])
	}
	return l
}

func decibel(v float64) float64 { return max(Silence, 20*math.Log10(max(v, 1e-9))) }
