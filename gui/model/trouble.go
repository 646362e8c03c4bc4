package model

import (
	"strings"

	"golive/publish"
)

// A StillPicture says why what is shown is lost. The broadcast goes on, and so does the search for what is lost.
type StillPicture struct{ Why string }

func (e StillPicture) Error() string { return e.Why }

// A ShortRecording says why the recording has ended. The broadcast goes on without it.
type ShortRecording struct{ Why string }

func (e ShortRecording) Error() string { return e.Why }

// A Refusal says that no destination takes the broadcast, which has ended therefore.
type Refusal struct{ Outputs []publish.OutputStats }

func (e Refusal) Error() string {
	var said []string
	for _, o := range e.Outputs {
		said = append(said, o.Name+": "+o.Error)
	}
	return "no destination takes the broadcast: " + strings.Join(said, "; ")
}

// troubles are what goes wrong beside a broadcast, as it was last told.
type troubles struct{ picture, recording string }

// heed looks at how the broadcast is doing: whether somebody can receive it now, and what goes wrong beside it, which it
// shows once, and no longer than it lasts.
func (m *Model) heed() {
	m.mu.Lock()
	b := m.b
	m.mu.Unlock()
	if b == nil {
		return
	}
	s := b.Stats()
	now := troubles{s.Video.Error, s.Recording.Error}
	m.arrive(s.Outputs)
	m.mu.Lock()
	was := m.told
	m.told = now
	if m.live {
		m.history.note(m.world.now(), figures(s))
		m.upload.note(s.Upload)
	}
	_, still := m.notice.(StillPicture)
	m.mu.Unlock()
	if now.picture == "" && still {
		m.Report(nil)
	}
	if now.picture != was.picture && now.picture != "" {
		m.Report(StillPicture{now.picture})
	}
	if now.recording != was.recording && now.recording != "" {
		m.Report(ShortRecording{now.recording})
	}
}
