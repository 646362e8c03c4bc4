package publish

import (
	"maps"
	"sync"

	"golive/capture"
)

// A monitor lets chosen sound sources be heard on this computer: what they give, with their gain, before the mix. The
// loudspeakers are opened while there is something to be heard.
type monitor struct {
	changing sync.Mutex // one set or close at a time; only they write what follows

	mu       sync.Mutex
	heard    map[int]bool // by the number in the mixer
	speakers *capture.Speakers
	closed   bool
}

// set lets a source be heard, or not any more. Errors: as of capture.OpenSpeakers.
func (m *monitor) set(input int, on bool) error {
	m.changing.Lock() // opening the loudspeakers takes long; play must not wait for it
	defer m.changing.Unlock()
	heard := maps.Clone(m.heard)
	if heard == nil {
		heard = map[int]bool{}
	}
	if delete(heard, input); on {
		heard[input] = true
	}
	speakers, closing := m.speakers, (*capture.Speakers)(nil)
	switch {
	case m.closed:
		return nil
	case len(heard) > 0 && speakers == nil:
		var err error
		if speakers, err = capture.OpenSpeakers(); err != nil {
			return err
		}
	case len(heard) == 0:
		speakers, closing = nil, speakers
	}
	m.mu.Lock()
	m.heard, m.speakers = heard, speakers
	m.mu.Unlock()
	if closing != nil {
		closing.Close()
	}
	return nil
}

// play plays the sources that are to be heard; it never waits.
func (m *monitor) play(sources []*capture.AudioFrame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.speakers == nil {
		return
	}
	var sum []float32
	for i, f := range sources {
		if !m.heard[i] {
			continue
		}
		if sum == nil {
			sum = make([]float32, len(f.Samples))
		}
		for n, v := range f.Samples {
			sum[n] += v
		}
	}
	m.speakers.Play(sum)
}

func (m *monitor) close() {
	m.changing.Lock()
	defer m.changing.Unlock()
	m.mu.Lock()
	speakers := m.speakers
	m.closed, m.speakers = true, nil
	m.mu.Unlock()
	if speakers != nil {
		speakers.Close()
	}
}
