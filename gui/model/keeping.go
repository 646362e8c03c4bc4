package model

import (
	"cmp"

	"golive/profile"
)

// RecordFolder is where recordings go unless another folder is chosen.
const RecordFolder = "~/Videos"

// A ReplaySaved tells where a replay was saved. It is a notice that is no error.
type ReplaySaved struct{ Path string }

// Error says so.
func (s ReplaySaved) Error() string { return "the replay is saved: " + s.Path }

// Recording says whether what is live is being recorded now, or will be once live.
func (s State) Recording() bool {
	if s.Phase != Live {
		return s.Profile.Record != ""
	}
	return s.Stats.Recording.Path != "" && !s.Stats.Recording.Paused && s.Stats.Recording.Error == ""
}

// ToggleRecord switches recording on or off; while live it pauses the recording, or goes on with it. A broadcast that
// has gone live without a recording stays without.
func (m *Model) ToggleRecord() {
	m.mu.Lock()
	b, live := m.b, m.live
	m.mu.Unlock()
	if live && b != nil {
		b.PauseRecording(!b.Stats().Recording.Paused)
		m.changed()
		return
	}
	m.editIdle(func(p *profile.Profile) {
		if p.Record != "" {
			m.folder, p.Record = p.Record, ""
		} else {
			p.Record = cmp.Or(m.folder, RecordFolder)
		}
	})
}

// SaveReplay saves the last moments, in the background.
func (m *Model) SaveReplay() {
	m.done.Go(func() {
		m.mu.Lock()
		b := m.b
		m.mu.Unlock()
		if b == nil {
			return
		}
		path, err := b.SaveReplay()
		if err != nil {
			m.Report(err)
			return
		}
		m.world.Log.Info("the replay is saved", "file", path)
		m.Notify(ReplaySaved{path})
	})
}

// ToggleBreak shows "be right back" in place of picture and sound while live, or ends that.
func (m *Model) ToggleBreak() {
	m.mu.Lock()
	b := m.b
	if b == nil || !m.live {
		m.mu.Unlock()
		return
	}
	m.onBreak = !m.onBreak
	b.SetSlate(m.onBreak)
	m.mu.Unlock()
	m.changed()
}
