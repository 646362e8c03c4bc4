package model

import (
	"slices"
	"strings"

	"golive/capture"
	"golive/profile"
)

// AddSound mixes in another sound source.
func (m *Model) AddSound(spec string) {
	m.editIdle(func(p *profile.Profile) {
		if !slices.Contains(p.Audio, spec) {
			p.Audio = append(p.Audio, spec)
		}
	})
}

// RemoveSound leaves out the sound source spec.
func (m *Model) RemoveSound(spec string) {
	m.editIdle(func(p *profile.Profile) {
		p.Audio = slices.DeleteFunc(p.Audio, func(s string) bool { return s == spec })
		delete(p.Gain, spec)
	})
}

// ToggleMute silences the sound source spec, or lets it be heard again.
func (m *Model) ToggleMute(spec string) {
	m.mu.Lock()
	m.mute(spec, !m.muted[spec])
	m.mu.Unlock()
	m.changed()
}

// ToggleMic silences all microphones, or lets all be heard again when they are silent; without a microphone it is all
// that is heard.
func (m *Model) ToggleMic() {
	m.mu.Lock()
	silent := micMuted(m.profile.Audio, m.muted)
	for _, spec := range voices(m.profile.Audio) {
		m.mute(spec, !silent)
	}
	m.mu.Unlock()
	m.changed()
}

// mute silences a sound source or lets it be heard. The caller holds mu.
func (m *Model) mute(spec string, on bool) {
	m.muted[spec] = on
	if i := m.soundIndex(spec); i >= 0 {
		m.b.SetMuted(i, on)
	}
}

// ToggleMonitor lets the sound source spec be heard on this computer, or not any more.
func (m *Model) ToggleMonitor(spec string) {
	m.mu.Lock()
	on := !m.monitored[spec]
	m.monitored[spec] = on
	b, i := m.b, m.soundIndex(spec)
	m.mu.Unlock()
	if i >= 0 {
		m.done.Go(func() { m.monitor(b, i, spec, on) })
	}
	m.changed()
}

// monitor lets a source of b be heard, which takes a moment.
func (m *Model) monitor(b Broadcast, i int, spec string, on bool) {
	if err := b.SetMonitored(i, on); err != nil {
		m.mu.Lock()
		delete(m.monitored, spec)
		m.mu.Unlock()
		m.Report(err)
	}
}

// voices returns the microphones among the sound sources, or all when there is none.
func voices(audio []string) []string {
	isMic := func(spec string) bool { kind, _, _ := strings.Cut(spec, ":"); return kind == string(capture.Mic) }
	if !slices.ContainsFunc(audio, isMic) {
		return audio
	}
	return slices.DeleteFunc(slices.Clone(audio), func(spec string) bool { return !isMic(spec) })
}

// micMuted says whether all that ToggleMic silences is silent.
func micMuted(audio []string, muted map[string]bool) bool {
	all := voices(audio)
	return len(all) > 0 && !slices.ContainsFunc(all, func(spec string) bool { return !muted[spec] })
}

// SetGain makes the sound source spec louder by db, or softer, also while live.
func (m *Model) SetGain(spec string, db float64) {
	db = min(max(db, -profile.MaxGain), profile.MaxGain)
	m.edit(func(p *profile.Profile) {
		if p.Gain == nil {
			p.Gain = map[string]float64{}
		}
		p.Gain[spec] = db
		if db == 0 {
			delete(p.Gain, spec)
		}
		if i := m.soundIndex(spec); i >= 0 {
			m.b.SetGain(i, db)
		}
	})
}

// soundIndex returns the number of a sound source in the broadcast, -1 when it has none. The caller holds mu.
func (m *Model) soundIndex(spec string) int {
	if m.b == nil || m.opened == nil {
		return -1
	}
	return slices.Index(m.opened.Audio, spec)
}
