package model

import (
	"time"

	"golive/publish"
)

// minute is how many values a Series has: one a second.
const minute = 60

// A Series is the last minute of a figure, oldest first. The zero Series is empty.
type Series struct {
	values [minute]float64
	next   int
	full   bool
}

func (s *Series) add(v float64) {
	s.values[s.next] = v
	s.next = (s.next + 1) % minute
	s.full = s.full || s.next == 0
}

// Values returns what there is, oldest first.
func (s Series) Values() []float64 {
	if !s.full {
		return s.values[:s.next]
	}
	return append(append(make([]float64, 0, minute), s.values[s.next:]...), s.values[:s.next]...)
}

// Figures are what the window tells of a broadcast that is live.
type Figures struct {
	Kbps        int // sent, to all destinations together
	Lost        Lost
	CPU         float64 // cores
	EncoderLoad float64 // part of the time that the encoder is busy
	Viewers     int
	Stages      Stages
}

// Lost counts the pictures that somebody did not get, by the reason.
type Lost struct {
	Late    int64 // not there in time
	Busy    int64 // the encoder had no time for them
	Network int64 // the way to a destination did not keep up
	Away    int64 // there was no connection
	Ended   int64 // left over when a destination was told to end
}

// Sum returns all of them.
func (l Lost) Sum() int64 { return l.Late + l.Busy + l.Network + l.Away + l.Ended }

// Stages are where the time goes from the screen to a viewer's eye, in ms; 0 is not known.
type Stages struct {
	Total   float64 // as viewers measured it
	Capture float64
	Encode  float64
	Send    float64 // waiting to be sent
	Network float64 // the rest: the way, and the player where Player is not known
	Player  float64 // from the last packet of a picture until it is shown
}

// figures returns what s says.
func figures(s publish.Stats) Figures {
	f := Figures{
		Lost: Lost{Late: s.Video.Lagged, Busy: s.Video.Skipped}, CPU: s.CPUCores, Viewers: s.Latency.Viewers,
		EncoderLoad: s.Video.EncodeMS.P50 * s.Video.FPS / 1000,
	}
	for _, o := range s.Outputs {
		f.Kbps += o.BitrateKbps
		f.Lost.Network += o.Dropped.Congestion
		f.Lost.Away += o.Dropped.Away
		f.Lost.Ended += o.Dropped.Ended
	}
	f.Stages = stages(s)
	return f
}

// stages splits what viewers of the watch page measured.
func stages(s publish.Stats) Stages {
	t := Stages{Total: s.Latency.P50, Capture: s.Video.CaptureMS.P50, Encode: s.Video.EncodeMS.P50}
	for _, o := range s.Outputs {
		if o.Protocol == "local" {
			t.Send = float64(o.QueueMS)
		}
	}
	if t.Total > 0 {
		rest := max(0, t.Total-t.Capture-t.Encode-t.Send)
		t.Player = min(s.Latency.Player, rest)
		t.Network = rest - t.Player
	}
	return t
}

// A History is the last minute of what Figures tell.
type History struct {
	Kbps, Missing, CPU, Encoder, Latency, Viewers Series

	at   time.Time // of the newest values
	last Figures
}

// note takes the figures of now, once a second. What is counted goes in as the difference to the second before.
func (h *History) note(now time.Time, f Figures) bool {
	if !h.at.IsZero() && now.Sub(h.at) < time.Second {
		return false
	}
	h.Kbps.add(float64(f.Kbps))
	h.Missing.add(float64(max(0, f.Lost.Sum()-h.last.Lost.Sum())))
	h.CPU.add(f.CPU)
	h.Encoder.add(f.EncoderLoad)
	h.Latency.add(f.Stages.Total)
	h.Viewers.add(float64(f.Viewers))
	h.at, h.last = now, f
	return true
}
