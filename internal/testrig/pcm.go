package testrig

import (
	"context"
	"encoding/binary"
	"math"
	"strconv"
)

// nothing is the level of silence, in dBFS.
const nothing = -120

// PCM is sound: the mean of both channels, at SampleRate, 1.0 full scale.
type PCM []float32

// ReadPCM decodes the first sound of a media file with FFmpeg.
func ReadPCM(ctx context.Context, file string) (PCM, error) {
	// Mixed to one channel by FFmpeg, equal channels would become 3 dB louder.
	out, err := output(ctx, "ffmpeg", "-nostdin", "-v", "error", "-i", file, "-map", "a:0",
		"-ac", "2", "-ar", strconv.Itoa(SampleRate), "-f", "f32le", "-")
	if err != nil {
		return nil, err
	}
	sample := func(i int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(out[4*i:])) }
	pcm := make(PCM, len(out)/8)
	for i := range pcm {
		pcm[i] = (sample(2*i) + sample(2*i+1)) / 2
	}
	return pcm, nil
}

// Level returns the level in dBFS RMS.
func (p PCM) Level() float64 {
	var sum float64
	for _, v := range p {
		sum += float64(v) * float64(v)
	}
	return decibels(sum / float64(max(1, len(p))))
}

// ToneLevel returns the level in dBFS RMS of the sine of hz in the sound. What is more than some 25 Hz away does not
// count.
func (p PCM) ToneLevel(hz float64) float64 {
	const window = 4096
	var sum float64
	n := 0
	for ; len(p) >= window; p = p[window:] {
		sum += power(p[:window], hz)
		n++
	}
	return decibels(sum / float64(max(1, n)))
}

// power returns the power of the sine of hz, by Goertzel's algorithm behind a Hann window.
func power(p PCM, hz float64) float64 {
	coefficient := 2 * math.Cos(2*math.Pi*hz/SampleRate)
	var s1, s2, gain float64
	for i, v := range p {
		weight := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(p)))
		gain += weight
		s1, s2 = float64(v)*weight+coefficient*s1-s2, s1
	}
	return 2 * (s1*s1 + s2*s2 - coefficient*s1*s2) / (gain * gain)
}

func decibels(power float64) float64 { return max(nothing, 10*math.Log10(power)) }

// Onsets returns the samples at which the sine of hz sets in: where it rises above -30 dBFS after at least 100 ms below.
// They are right to about a millisecond.
func (p PCM) Onsets(hz float64) []int {
	const (
		step  = SampleRate / 1000
		block = 4 * step
		quiet = 100
	)
	threshold := math.Pow(10, -30.0/10)
	var onsets []int
	below := 0
	for i := 0; i+block <= len(p); i += step {
		if power(p[i:i+block], hz) < threshold {
			below++
			continue
		}
		if below >= quiet {
			// The window's weight lies in its middle: the sine has reached there about now.
			onsets = append(onsets, i+block/2)
		}
		below = 0
	}
	return onsets
}
