package gui

import (
	"time"

	"golive/capture"
	"golive/profile"
	"golive/publish"
)

// A phase is what the broadcast is doing, as the window tells it.
type phase int

const (
	starting   phase = iota // the sources are being opened
	unable                  // they cannot be; the notice says why
	ready                   // the preview moves
	connecting              // Go Live was pressed; nobody can receive it yet
	live                    // somebody can
	ending                  // End was pressed
)

// A state is all that the window shows, at a moment. It is a copy: views may keep it.
type state struct {
	Name     string   // of the profile
	Names    []string // of the saved profiles, and of this one
	Unsaved  bool     // the profile is not what is on disk
	Profile  profile.Profile
	Devices  []capture.Device
	Muted    map[string]bool // by SPEC
	Phase    phase
	LiveFor  time.Duration
	Stats    publish.Stats
	WatchURL string // "" when this computer is no destination
	Notice   error  // what went wrong last; nil when nothing did, or it was dismissed
}

// onAir says whether what is captured may be seen by others now.
func (s state) onAir() bool { return s.Phase == connecting || s.Phase == live || s.Phase == ending }

// state returns what to show now. Stats are fresh.
func (m *model) state() state {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := state{
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
	if s.Phase == live {
		s.LiveFor = time.Since(m.liveSince)
	}
	return s
}

func (m *model) phase() phase {
	switch {
	case m.live && !m.wantLive:
		return ending
	case m.live && !m.liveSince.IsZero():
		return live
	case m.wantLive:
		return connecting
	case m.b != nil:
		return ready
	case m.failed == sources(m.profile):
		return unable
	}
	return starting
}

func (m *model) watchURL() string {
	for _, d := range m.profile.Destinations {
		if d.URL == profile.LocalURL && m.world.local != nil {
			return m.world.watchURL
		}
	}
	return ""
}
