package publish

import (
	"errors"
	"log/slog"
	"strings"
	"sync"

	"golive/capture"
)

// A soundInput is the sound of a broadcast: its sources, mixed.
type soundInput struct {
	mixer   *capture.Mixer
	monitor monitor
	any     bool // there is to be sound at all

	mu      sync.Mutex
	sources []soundSource
}

// A soundSource is one entry of Config.Audio.
type soundSource struct {
	spec  string
	input int // its number in the mixer; -1 when it could not be opened
	err   error
	muted bool
}

// openSoundInput opens what can be opened, with its gain in dB; a device that is missing is noted and left out.
func openSoundInput(specs []string, gain []float64, clock *capture.Clock, log *slog.Logger) (*soundInput, error) {
	s := &soundInput{mixer: capture.NewMixer(clock, log)}
	for i, spec := range specs {
		source := soundSource{spec: spec, input: -1}
		if spec != "none" {
			s.any = true
			opened, err := capture.OpenAudio(spec, clock)
			switch {
			case err == nil:
				source.input = s.mixer.Add(spec, opened)
				if i < len(gain) {
					s.mixer.SetGain(source.input, gain[i])
				}
			case errors.Is(err, capture.ErrNoDevice):
				source.err = err
				log.Warn("sound source is missing", "source", spec, "error", err)
			default:
				s.mixer.Close()
				return nil, err
			}
		}
		s.sources = append(s.sources, source)
	}
	return s, nil
}

// titles returns what people call the sources, in the order in which they are mixed.
func (s *soundInput) titles() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	titles := make([]string, len(s.mixer.Levels()))
	for _, source := range s.sources {
		if source.input < 0 || source.input >= len(titles) {
			continue
		}
		kind, name, _ := strings.Cut(source.spec, ":")
		title := map[string]string{"desktop": "Desktop", "mic": "Microphone", "tone": "Tone"}[kind]
		if name != "" {
			title += " " + name
		}
		titles[source.input] = title
	}
	return titles
}

// run passes the mixed sound, and that of each source, to hear until close.
func (s *soundInput) run(hear func(mix *capture.AudioFrame, sources []*capture.AudioFrame)) {
	for {
		mix, sources, err := s.mixer.ReadSources()
		if err != nil {
			return
		}
		s.monitor.play(sources)
		hear(mix, sources)
	}
}

func (s *soundInput) setMuted(i int, muted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i < 0 || i >= len(s.sources) {
		return
	}
	s.sources[i].muted = muted
	if n := s.sources[i].input; n >= 0 {
		s.mixer.SetMuted(n, muted)
	}
}

// setMonitored lets source i be heard on this computer.
func (s *soundInput) setMonitored(i int, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i < 0 || i >= len(s.sources) || s.sources[i].input < 0 {
		return nil
	}
	if on && s.sources[i].spec == string(capture.Desktop) {
		return ErrHowl
	}
	return s.monitor.set(s.sources[i].input, on)
}

// ErrHowl: what a computer plays cannot be played once more, since it would be captured again, louder each time.
var ErrHowl = errors.New("the sound of this computer is heard on it already; heard twice it would howl")

func (s *soundInput) setGain(i int, db float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i >= 0 && i < len(s.sources) && s.sources[i].input >= 0 {
		s.mixer.SetGain(s.sources[i].input, db)
	}
}

func (s *soundInput) stats() AudioStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	mix := s.mixer.Mix().RMS
	a := AudioStats{LevelDB: []float64{tenths(mix[0]), tenths(mix[1])}, DriftMS: tenths(s.mixer.DriftMS())}
	levels := s.mixer.Levels()
	for _, source := range s.sources {
		l := SourceLevel{Spec: source.spec, Muted: source.muted}
		l.LevelDB, l.PeakDB = [2]float64{capture.Silence, capture.Silence}, [2]float64{capture.Silence, capture.Silence}
		if source.err != nil {
			l.Error = source.err.Error()
		}
		if n := source.input; n >= 0 && n < len(levels) {
			l.LevelDB, l.PeakDB = levels[n].RMS, levels[n].Peak
		}
		a.Sources = append(a.Sources, l)
	}
	return a
}

func (s *soundInput) close() {
	s.mixer.Close()
	s.monitor.close()
}
