package model

import (
	"context"
	"time"

	"golive/publish"
)

// An Upload is what is known of what the way out carries. The zero Upload knows nothing.
type Upload struct {
	Kbps    int  // that came through
	Limited bool // no more would have
}

// note takes what came through of late, and whether the way was full then.
func (u *Upload) note(s publish.UploadStats) {
	full := s.Warning != ""
	switch {
	case full && !u.Limited:
		*u = Upload{s.AckedKbps, true}
	case s.AckedKbps > u.Kbps:
		*u = Upload{s.AckedKbps, full}
	}
}

// An UploadTrial is a trial of the upload: where to, whether it goes on, and why it did not work.
type UploadTrial struct {
	Name  string
	Going bool
	Err   error
}

// trialLimit bounds a trial with its connecting.
const trialLimit = 15 * time.Second

// TryUpload sends something that nobody sees to a service that allows it, in the background, to find out what the way
// carries; State.Upload and State.Trial have it then. Without such a service it does nothing.
func (m *Model) TryUpload() {
	m.mu.Lock()
	p := m.profile.Clone()
	busy := m.trial.Going || m.busy() || m.world.TryUpload == nil
	m.trial.Going = !busy || m.trial.Going
	m.mu.Unlock()
	if busy {
		return
	}
	m.done.Go(func() {
		ctx, cancel := context.WithTimeout(m.running, trialLimit)
		defer cancel()
		name, place, err := p.Trial(m.world.Secrets)
		if err == nil && place != nil {
			m.noteTrial(UploadTrial{Name: name, Going: true}, Upload{})
			var found publish.Trial
			found, err = m.world.TryUpload(ctx, place, p.Upload())
			m.noteTrial(UploadTrial{name, false, err}, Upload{found.Acked / 1000, !found.Enough()})
			return
		}
		m.noteTrial(UploadTrial{name, false, err}, Upload{})
	})
}

// noteTrial keeps how a trial goes, and what it has found if it did.
func (m *Model) noteTrial(t UploadTrial, u Upload) {
	m.mu.Lock()
	m.trial = t
	if t.Err == nil && u.Kbps > 0 {
		m.upload = u
	}
	m.mu.Unlock()
	m.changed()
}
