package capture

import (
	"math"
	"testing"
	"time"
)

// TestTrackFollowsClocks lets sources play 440 Hz for ten minutes by clocks that are off, and say when each 10 ms were
// heard as badly as sound servers do: off by up to 10 ms in a sawtooth. What is read must stay in time, without a step.
func TestTrackFollowsClocks(t *testing.T) {
	const blocks = 60_000
	for _, ppm := range []float64{0, 100, -200} {
		var tr track
		perSecond := SampleRate * (1 + ppm/1e6)
		samples := make([]float32, Channels*block)
		out := make([]float32, Channels*block)
		var worst, worstStep float64
		lastOrigin := 0.0
		for n := range blocks {
			for i := range block {
				if n < blocks-200 {
					break // the tone is needed at the end only
				}
				v := float32(math.Sin(2 * math.Pi * 440 * float64(n*block+i) / perSecond))
				samples[2*i], samples[2*i+1] = v, v
			}
			heard := float64(n*block) / perSecond
			saw := math.Mod(float64(n)*0.041, 10) - 5 // ms
			pts := time.Duration((heard + saw/1000) * float64(time.Second))
			tr.push(&AudioFrame{PTS: pts, SampleRate: SampleRate, Channels: Channels, Samples: samples})
			if n > listenFirst+1 {
				// Where sample n*block is taken to have been heard, against where it was.
				off := tr.origin + float64(n*block)/SampleRate - heard
				worst = max(worst, math.Abs(off))
				worstStep = max(worstStep, math.Abs(tr.origin-lastOrigin))
			}
			lastOrigin = tr.origin
		}
		tr.read(out, time.Duration((tr.origin+float64(tr.end)/SampleRate-0.05)*float64(time.Second)))
		t.Logf("%+.0f ppm: at most %.1f ms off, at most %.3f %% faster or slower", ppm, 1000*worst, 100*worstStep/0.01)
		if worst > 0.012 {
			t.Errorf("%+.0f ppm: %.1f ms off", ppm, 1000*worst)
		}
		if worstStep > maxSlew*0.01 {
			t.Errorf("%+.0f ppm: a step of %.3f ms", ppm, 1000*worstStep)
		}
		if tr.drift > 0.005 {
			t.Errorf("%+.0f ppm: a drift of %.1f ms is left", ppm, 1000*tr.drift)
		}
		if peak := peakOf(out); peak < 0.99 || peak > 1.01 {
			t.Errorf("%+.0f ppm: a full-scale tone comes out at %.3f", ppm, peak)
		}
	}
}

func peakOf(samples []float32) float64 {
	peak := 0.0
	for _, s := range samples {
		peak = max(peak, math.Abs(float64(s)))
	}
	return peak
}

// TestTrackIgnoresALateStretch delivers one stretch much too late, and then moves the source for good.
func TestTrackIgnoresALateStretch(t *testing.T) {
	var tr track
	push := func(n int, late time.Duration) {
		tr.push(&AudioFrame{
			PTS: time.Duration(n)*blockTime + late, SampleRate: SampleRate, Channels: Channels, Samples: make([]float32, Channels*block),
		})
	}
	for n := range 100 {
		push(n, 0)
	}
	before := tr.origin
	push(100, 200*time.Millisecond)
	push(101, 0)
	if tr.origin != before || tr.end != 102*block {
		t.Errorf("one late stretch moved the source by %.1f ms", 1000*(tr.origin-before))
	}
	for n := range 2 * patience {
		push(102+n, 300*time.Millisecond)
	}
	if got := tr.origin + float64(tr.end)/SampleRate; math.Abs(got-(1.02+0.4+0.3)) > 0.001 {
		t.Errorf("after a gap of 300 ms the source is at %.3f s", got)
	}
}
