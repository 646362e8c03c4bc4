package model

import (
	"slices"

	"golive/profile"
	"golive/publish"
)

// Output returns how a destination is doing; one that is not on air is idle.
func (s State) Output(name string) publish.OutputStats {
	if s.OnAir() {
		for _, o := range s.Stats.Outputs {
			if o.Name == name {
				return o
			}
		}
	}
	return publish.OutputStats{Name: name, State: publish.Idle}
}

// StartOutput connects a destination while others are live: one that was stopped or refused, or was added since.
func (m *Model) StartOutput(name string) {
	m.control(name, func(b Broadcast, i int) error {
		if i >= 0 {
			return b.StartOutput(i)
		}
		return m.addOutput(b, name)
	})
}

// StopOutput ends a destination, while the others stay live.
func (m *Model) StopOutput(name string) {
	m.control(name, func(b Broadcast, i int) error {
		if i < 0 {
			return nil
		}
		return b.StopOutput(i)
	})
}

// RetryOutput connects a destination at once that waits for its next attempt, or was refused.
func (m *Model) RetryOutput(name string) {
	m.control(name, func(b Broadcast, i int) error {
		if i < 0 {
			return nil
		}
		return b.RetryOutput(i)
	})
}

// control does something to an output of the broadcast in the background, as it may take a second. i is its number, -1
// when it has none yet.
func (m *Model) control(name string, do func(b Broadcast, i int) error) {
	m.onAir(func(b Broadcast) {
		m.mu.Lock()
		i := slices.Index(m.outputs, name)
		m.mu.Unlock()
		if err := do(b, i); err != nil {
			m.Report(&profile.DestinationError{Name: name, Err: err})
		}
	})
}

// addOutput connects a destination of the profile that was added while live.
func (m *Model) addOutput(b Broadcast, name string) error {
	m.mu.Lock()
	p := m.profile.Clone()
	m.mu.Unlock()
	i := indexOf(p.Destinations, name)
	if i < 0 {
		return nil
	}
	p.Destinations = p.Destinations[i : i+1]
	outputs, err := p.Outputs(m.world.Secrets, m.world.local())
	if err != nil {
		return err
	}
	if err := b.AddOutput(outputs[0]); err != nil {
		return err
	}
	m.mu.Lock()
	m.outputs = append(m.outputs, name)
	m.mu.Unlock()
	return nil
}
