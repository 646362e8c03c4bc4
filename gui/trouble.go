package gui

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"golive/gui/model"
)

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

// explain says in the person's language that no destination takes the broadcast, and what each said.
func explain(e model.Refusal) string {
	var said []string
	for _, o := range e.Outputs {
		said = append(said, o.Name+": "+reason(o.Error))
	}
	return lang.L("The broadcast has ended, because no destination takes it. {{.Why}}", map[string]any{"Why": strings.Join(said, " ")})
}
