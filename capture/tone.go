package capture

import (
	"io"
	"math"
	"sync"
	"time"
)

// The format of all sound inside Golive.
const (
	SampleRate = 48000 // Hz
	Channels   = 2
	// block is 10 ms, the stretch of sound that sources and the mixer work in.
	block = SampleRate / 100
)

const blockTime = time.Second / 100

// The tone is concert pitch, at a level that hurts nobody.
const (
	toneHz    = 440
	toneLevel = 0.1 // of full scale: -20 dBFS peak
)

// A tone is a sine, in real time.
type tone struct {
	clock *Clock
	stop  chan struct{}
	once  sync.Once
	next  int64 // sample
}

func newTone(clock *Clock) *tone {
	return &tone{clock: clock, stop: make(chan struct{}), next: Ticks(clock.Now(), Rational{SampleRate, 1})}
}

// ReadAudio implements AudioSource.
func (t *tone) ReadAudio() (*AudioFrame, error) {
	rate := Rational{SampleRate, 1}
	timer := time.NewTimer(Duration(t.next+block, rate) - t.clock.Now())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.stop:
		return nil, io.EOF
	}
	f := &AudioFrame{PTS: Duration(t.next, rate), SampleRate: SampleRate, Channels: Channels, Samples: make([]float32, Channels*block)}
	for i := range block {
		// The phase is taken within a second, of which 440 Hz has a whole number of periods, to stay exact for ever.
		phase := float64((t.next+int64(i))%SampleRate) / SampleRate
		v := float32(toneLevel * math.Sin(2*math.Pi*toneHz*phase))
		f.Samples[2*i], f.Samples[2*i+1] = v, v
	}
	t.next += block
	return f, nil
}

// Close implements AudioSource.
func (t *tone) Close() error {
	t.once.Do(func() { close(t.stop) })
	return nil
}
