package gui

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"golive/publish"
)

// A stillPicture says why what is shown stands still. The broadcast goes on, and so does the search for what is lost.
type stillPicture struct{ why string }

func (e stillPicture) Error() string { return e.why }

// A shortRecording says why the recording has ended. The broadcast goes on without it.
type shortRecording struct{ why string }

func (e shortRecording) Error() string { return e.why }

// A refusal says that no destination takes the broadcast, which has ended therefore.
type refusal struct{ outputs []publish.OutputStats }

func (e refusal) Error() string {
	var said []string
	for _, o := range e.outputs {
		said = append(said, o.Name+": "+o.Error)
	}
	return "no destination takes the broadcast: " + strings.Join(said, "; ")
}

// explain is Error in the person's language.
func (e refusal) explain() string {
	var said []string
	for _, o := range e.outputs {
		said = append(said, o.Name+": "+reason(o.Error))
	}
	return lang.L("The broadcast has ended, because no destination takes it. {{.Why}}", map[string]any{"Why": strings.Join(said, " ")})
}

// troubles are what goes wrong beside a broadcast, as it was last told.
type troubles struct{ picture, recording string }

// heed looks at how the broadcast is doing: whether somebody can receive it now, and what goes wrong beside it, which it
// shows once, and no longer than it lasts.
func (m *model) heed() {
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
	_, still := m.notice.(stillPicture)
	m.mu.Unlock()
	if now.picture == "" && still {
		m.report(nil)
	}
	if now.picture != was.picture && now.picture != "" {
		m.report(stillPicture{now.picture})
	}
	if now.recording != was.recording && now.recording != "" {
		m.report(shortRecording{now.recording})
	}
}

// A phrase is what an error of this program says, and what that means in the person's language.
type phrase struct{ said, means string }

// phrases lists what can happen while all settings are right. The first that fits counts.
func phrases() []phrase {
	lost := lang.L("The connection is lost.")
	noRTMP := lang.L("The server there does not speak RTMP. Check the address.")
	key := lang.L("The server refuses the stream. Check the stream key.")
	unreachable := lang.L("The server cannot be reached. Check the address, and the network.")
	noDevice := lang.L("The sound device is not there any more, or cannot be opened.")
	return []phrase{
		{"no sound server answers", lang.L("This computer has no sound that could be heard.")},
		{"has no monitor", lang.L("What the computer plays cannot be heard.")},
		{"there is no microphone", lang.L("There is no such microphone.")},
		{"the sound device", noDevice},
		{"is minimised or on another desktop", lang.L("The window is minimised or on another desktop. Bring it back.")},
		{"was closed", lang.L("The window was closed.")},
		{"device unavailable", lang.L("It is not there any more, or cannot be opened.")},
		{"the encoder failed", lang.L("The video encoder has failed. Try again, or choose a smaller picture.")},
		{"refused the stream", key},
		{"closed the connection instead of taking the stream", key},
		{"there is no host of that name", lang.L("There is no server of that name, or no network.")},
		{"does not answer", unreachable},
		{"cannot be reached", unreachable},
		{"says nothing", noRTMP},
		{"closed the connection at once", noRTMP},
		{"is not who it says it is", lang.L("The server cannot prove who it is: its certificate is not valid.")},
		{"closed the connection", lost},
		{"has taken no data", lost},
		{"is lost: ", lost},
		{"disk full", lang.L("The disk is full.")},
		{"disk too slow", lang.L("The disk is too slow.")},
		{"may not be written", lang.L("Recordings may not be written there. Choose another folder.")},
		{"there is no folder", lang.L("The folder of the recording is not there. Choose another one.")},
		{"exists already", lang.L("The recording exists already, and is never overwritten. Choose another name.")},
		{"cannot listen on", lang.L("There is no free port for the watch page. Close other programs, and start Golive again.")},
	}
}

// reason says in the person's language what the text of an error means; as it is, when it is none of the phrases.
func reason(text string) string {
	for _, p := range phrases() {
		if strings.Contains(text, p.said) {
			return p.means
		}
	}
	return capital(text)
}
