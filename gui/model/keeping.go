package model

import (
	"cmp"
	"time"

	"golive/profile"
	"golive/publish"
)

// RecordFolder is where recordings go unless another folder is chosen.
const RecordFolder = "~/Videos"

// A Saved tells where a recording or a replay was saved. It is a notice that is no error.
type Saved struct {
	Path   string
	Replay bool // it is a replay
}

// Error says so.
func (s Saved) Error() string { return "it is saved: " + s.Path }

// Recording says whether what is live is being recorded now, paused or not, or will be once live.
func (s State) Recording() bool {
	if s.Phase != Live {
		return s.Profile.Record != ""
	}
	return recorded(s.Stats.Recording)
}

// recorded says whether there is a recording that goes on.
func recorded(r publish.RecordingStats) bool { return r.Path != "" && r.Error == "" }

// ToggleRecord switches recording on or off. While live it begins a recording from now on, or ends it, in the
// background; what the next broadcast does is not changed by that.
func (m *Model) ToggleRecord() {
	m.mu.Lock()
	live := m.live
	m.mu.Unlock()
	if live {
		m.onAir(m.toggleRecording)
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

// toggleRecording begins a recording of what is live, or ends it.
func (m *Model) toggleRecording(b Broadcast) {
	now := b.Stats().Recording
	if recorded(now) {
		if err := b.StopRecording(); err != nil {
			m.Report(ShortRecording{err.Error()})
			return
		}
		m.world.Log.Info("the recording is saved", "file", now.Path)
		m.Notify(Saved{Path: now.Path})
		return
	}
	m.mu.Lock()
	path := cmp.Or(m.profile.Record, m.folder, RecordFolder)
	m.mu.Unlock()
	path, err := profile.RecordPath(path, time.Now())
	if err == nil {
		err = b.StartRecording(path)
	}
	if err != nil {
		m.Report(err)
	}
}

// TogglePause leaves what comes now out of the recording, or goes on with it.
func (m *Model) TogglePause() {
	m.onAir(func(b Broadcast) { b.PauseRecording(!b.Stats().Recording.Paused) })
}

// onAir does something with the broadcast that is live, in the background and in the order of the clicks.
func (m *Model) onAir(do func(Broadcast)) {
	m.done.Go(func() {
		m.controlling.Lock()
		defer m.controlling.Unlock()
		m.mu.Lock()
		b, live := m.b, m.live
		m.mu.Unlock()
		if live && b != nil {
			do(b)
			m.changed()
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
		m.Notify(Saved{Path: path, Replay: true})
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
