package model

import (
	"reflect"
	"time"

	"golive/capture"
	"golive/profile"
	"golive/publish"
)

// A phase is what the broadcast is doing, as the window tells it.
type Phase int

const (
	Starting   Phase = iota // the sources are being opened
	Unable                  // they cannot be; the notice says why
	Ready                   // the preview moves
	Connecting              // Go Live was pressed; nobody can receive it yet
	Live                    // somebody can
	Ending                  // End was pressed
)

// A state is all that the window shows, at a moment. It is a copy: views may keep it.
type State struct {
	Name     string   // of the profile
	Names    []string // of the saved profiles, and of this one
	Unsaved  bool     // the profile is not what is on disk
	Profile  profile.Profile
	Devices  []capture.Device
	Muted    map[string]bool // by SPEC
	Phase    Phase
	LiveFor  time.Duration
	Stats    publish.Stats
	WatchURL string // "" when this computer is no destination
	Notice   error  // what went wrong last; nil when nothing did, or it was dismissed
}

// onAir says whether what is captured may be seen by others now.
func (s State) OnAir() bool { return s.Phase == Connecting || s.Phase == Live || s.Phase == Ending }

// State returns what to show now. Stats are fresh.
func (m *Model) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := State{
		Name:     m.name,
		Names:    m.allNames(),
		Unsaved:  m.unsaved(),
		Profile:  m.profile.Clone(),
		Devices:  m.devices,
		Muted:    make(map[string]bool, len(m.muted)),
		Phase:    m.phase(),
		WatchURL: m.watchURL(),
		Notice:   m.notice,
	}
	for spec, muted := range m.muted {
		s.Muted[spec] = muted
	}
	if m.b != nil {
		s.Stats = m.b.Stats()
	}
	if s.Phase == Live {
		s.LiveFor = time.Since(m.liveSince)
	}
	return s
}

func (m *Model) phase() Phase {
	switch {
	case m.live && !m.wantLive:
		return Ending
	case m.live && !m.liveSince.IsZero():
		return Live
	case m.wantLive:
		return Connecting
	case m.b != nil:
		return Ready
	case m.refused():
		return Unable
	}
	return Starting
}

// refused says whether what the profile asks for could not be opened. The caller holds mu.
func (m *Model) refused() bool {
	asked := m.profile.Capture()
	return reflect.DeepEqual(m.failed, &asked)
}

func (m *Model) watchURL() string {
	for _, d := range m.profile.Destinations {
		if d.URL == profile.LocalURL && m.world.Local != nil {
			return m.world.WatchURL
		}
	}
	return ""
}
