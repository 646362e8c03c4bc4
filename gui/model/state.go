package model

import (
	"maps"
	"reflect"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
)

// A phase is what the broadcast is doing, as the window tells it.
type Phase int

const (
	Starting   Phase = iota // the sources are being opened
	Unable                  // they cannot be; the notice says why
	Ready                   // the preview moves
	Checking                // Go Live was pressed; the last look before it
	Connecting              // Go Live was pressed; nobody can receive it yet
	Live                    // somebody can
	Ending                  // End was pressed
)

// A state is all that the window shows, at a moment. It is a copy: views may keep it.
type State struct {
	Name      string   // of the profile
	Names     []string // of the saved profiles, and of this one
	Profile   profile.Profile
	Devices   []capture.Device
	Settings  profile.Settings
	Muted     map[string]bool // by SPEC
	Monitored map[string]bool // heard on this computer, by SPEC
	MicMuted  bool            // what ToggleMic silences is silent
	Phase     Phase
	LiveFor   time.Duration
	Stats     publish.Stats
	Figures   Figures          // of Stats
	History   History          // the last minute of them
	Encoders  []encoder.Report // what each measured; none before MeasureEncoders
	Upload    Upload
	NeededUp  int         // kbit/s of the upload that the destinations need together
	Trial     UploadTrial // the newest one
	WatchURL  string      // "" when this computer is no destination
	Protected bool        // only those with an invitation can watch
	Shared    bool        // others on the network can watch
	Ports     string      // that sharing opens
	Notice    error       // what went wrong last; nil when nothing did, or it was dismissed
}

// onAir says whether what is captured may be seen by others now.
func (s State) OnAir() bool {
	return s.Phase == Checking || s.Phase == Connecting || s.Phase == Live || s.Phase == Ending
}

// State returns what to show now. Stats are fresh.
func (m *Model) State() State {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := State{
		Name:      m.name,
		Names:     m.allNames(),
		Profile:   m.profile.Clone(),
		Devices:   m.devices,
		Settings:  m.settings,
		MicMuted:  micMuted(m.profile.Audio, m.muted),
		Muted:     maps.Clone(m.muted),
		Monitored: maps.Clone(m.monitored),
		Phase:     m.phase(),
		WatchURL:  m.watchURL(),
		Notice:    m.notice,
		Encoders:  m.encoders,
		History:   m.history,
		Upload:    m.upload,
		NeededUp:  m.profile.Upload() / 1000,
		Trial:     m.trial,
	}
	if m.world.Companion != nil {
		s.Protected = m.world.Companion.Protected()
		s.Shared, s.Ports = m.world.Companion.Shared(), m.world.Companion.Ports()
	}
	if m.b != nil {
		s.Stats = m.b.Stats()
		s.Figures = figures(s.Stats)
	}
	if s.Phase == Live {
		s.LiveFor = m.world.now().Sub(m.liveSince)
	}
	return s
}

func (m *Model) phase() Phase {
	switch {
	case m.live && !m.wantLive:
		return Ending
	case m.live && !m.liveSince.IsZero():
		return Live
	case m.checking:
		return Checking
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
		if d.URL == profile.LocalURL && m.world.Companion != nil {
			return m.world.Companion.WatchURL()
		}
	}
	return ""
}
