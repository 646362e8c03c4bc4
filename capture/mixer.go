package capture

import (
	"io"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"
)

const (
	// mixDelay is how long the mixer waits for sound to arrive: a sound server delivers it in stretches of 10 ms or
	// more, and a picture of the same moment takes as long to encode.
	mixDelay = 30 * time.Millisecond
	// reopenAfter is how often a sound device that was lost is tried again.
	reopenAfter = time.Second
)

// A Mixer adds sources up on the clock: 48 kHz stereo in frames of 10 ms, silence where a source has none. It is an
// AudioSource itself and owns its sources; one that fails is opened again until it is back.
type Mixer struct {
	clock *Clock
	log   *slog.Logger
	next  int64 // 10 ms block
	stop  chan struct{}
	once  sync.Once
	wait  sync.WaitGroup

	mu     sync.Mutex
	inputs []*input
	mix    meter
}

// An input is one source of a Mixer.
type input struct {
	spec  string
	track track

	mu     sync.Mutex
	source AudioSource
	closed bool

	// Guarded by Mixer.mu:
	muted bool
	gain  float32 // factor
	meter meter
}

// NewMixer returns a Mixer without sources. log may be nil.
func NewMixer(clock *Clock, log *slog.Logger) *Mixer {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Mixer{clock: clock, log: log, next: int64(clock.Now() / blockTime), stop: make(chan struct{})}
}

// Add gives the mixer a source, opened from spec, and returns its number.
func (m *Mixer) Add(spec string, s AudioSource) int {
	in := &input{spec: spec, source: s, gain: 1}
	m.mu.Lock()
	m.inputs = append(m.inputs, in)
	n := len(m.inputs) - 1
	m.mu.Unlock()
	m.wait.Go(func() { m.pump(in) })
	return n
}

// pump moves sound from a source to its track, and opens the source again when it was lost.
func (m *Mixer) pump(in *input) {
	for {
		f, err := in.source.ReadAudio()
		if err == nil {
			in.track.push(f)
			continue
		}
		if err == io.EOF || !m.reopen(in, err) {
			return
		}
	}
}

// reopen tries until the source is back; false when the mixer was closed meanwhile.
func (m *Mixer) reopen(in *input, lost error) bool {
	m.log.Warn("sound is missing; trying to get it back", "source", in.spec, "error", lost)
	_ = in.source.Close()
	tick := time.NewTicker(reopenAfter)
	defer tick.Stop()
	for {
		select {
		case <-m.stop:
			return false
		case <-tick.C:
		}
		if s, err := OpenAudio(in.spec, m.clock); err == nil {
			m.log.Info("sound is back", "source", in.spec)
			return in.replace(s)
		}
	}
}

// replace puts a newly opened source in; false, and the source closed, when the mixer was closed meanwhile.
func (in *input) replace(s AudioSource) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		_ = s.Close()
		return false
	}
	in.source = s
	return true
}

func (in *input) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	_ = in.source.Close()
}

// ReadAudio implements AudioSource: the next 10 ms, mixDelay after they were heard.
func (m *Mixer) ReadAudio() (*AudioFrame, error) {
	mix, _, err := m.ReadSources()
	return mix, err
}

// ReadSources returns what ReadAudio does, and beside the mix the sound of each source, in the order of Add: silence
// for one that is muted.
func (m *Mixer) ReadSources() (mix *AudioFrame, sources []*AudioFrame, err error) {
	pts := time.Duration(m.next) * blockTime
	timer := time.NewTimer(pts + blockTime + mixDelay - m.clock.Now())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-m.stop:
		return nil, nil, io.EOF
	}
	m.next++
	sum, each := m.sum(pts)
	for _, samples := range each {
		sources = append(sources, &AudioFrame{PTS: pts, SampleRate: SampleRate, Channels: Channels, Samples: samples})
	}
	return &AudioFrame{PTS: pts, SampleRate: SampleRate, Channels: Channels, Samples: sum}, sources, nil
}

// sum adds the sources up for the block at pts and measures them.
func (m *Mixer) sum(pts time.Duration) (mix []float32, each [][]float32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mix = make([]float32, Channels*block)
	for _, in := range m.inputs {
		one := make([]float32, Channels*block)
		each = append(each, one)
		in.track.read(one, pts)
		for i := range one {
			one[i] *= in.gain
		}
		in.meter.add(one)
		if in.muted {
			clear(one)
		}
		for i, v := range one {
			mix[i] += v
		}
	}
	for i, v := range mix {
		mix[i] = max(-1, min(1, v))
	}
	m.mix.add(mix)
	return mix, each
}

// SetMuted leaves source i out of the mix, or takes it in again. Its meter goes on moving.
func (m *Mixer) SetMuted(i int, muted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inputs[i].muted = muted
}

// SetGain makes source i louder by db, or softer. Its meter shows what comes of it.
func (m *Mixer) SetGain(i int, db float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inputs[i].gain = float32(math.Pow(10, db/20))
}

// Levels returns the meter of each source, in the order of Add.
func (m *Mixer) Levels() []Level {
	m.mu.Lock()
	defer m.mu.Unlock()
	levels := make([]Level, len(m.inputs))
	for i, in := range m.inputs {
		levels[i] = in.meter.level()
	}
	return levels
}

// Mix returns the meter of the sum.
func (m *Mixer) Mix() Level {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mix.level()
}

// DriftMS returns how far the worst source's clock is off from where it is taken to be, in ms.
func (m *Mixer) DriftMS() float64 {
	m.mu.Lock()
	inputs := slices.Clone(m.inputs)
	m.mu.Unlock()
	worst := 0.0
	for _, in := range inputs {
		in.track.mu.Lock()
		worst = max(worst, math.Abs(in.track.drift))
		in.track.mu.Unlock()
	}
	return worst * 1000
}

// Close implements AudioSource; it closes the sources too.
func (m *Mixer) Close() error {
	m.once.Do(func() {
		close(m.stop)
		m.mu.Lock()
		inputs := slices.Clone(m.inputs)
		m.mu.Unlock()
		for _, in := range inputs { // side by side: each may take its time
			m.wait.Go(in.close)
		}
		m.wait.Wait()
	})
	return nil
}
