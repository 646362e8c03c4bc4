package gui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"golive/capture"
	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// sentence says in the person's language what err means and what to do. What it does not know it shows as it is: the
// errors of this program are sentences. The log has all of it.
func sentence(err error) string {
	var place *profile.DestinationError
	if errors.As(err, &place) {
		return place.Name + ": " + sentence(place.Err)
	}
	var still model.StillPicture
	var short model.ShortRecording
	var refused model.Refusal
	var recovered model.Recovered
	var saved model.ReplaySaved
	var found model.Preflight
	var limit model.ServiceLimit
	switch {
	case errors.As(err, &recovered):
		return lang.L("The profile “{{.Name}}” could not be read and was put aside; its last good version is open. {{.Why}}",
			map[string]any{"Name": recovered.Name, "Why": capital(recovered.Err.Error())})
	case errors.As(err, &saved):
		return lang.L("The replay is saved: {{.Path}}", map[string]any{"Path": saved.Path})
	case errors.Is(err, profile.ErrNewer):
		return lang.L("This file is from a newer Golive, and is left as it is. Install the newer one to open it.")
	case errors.Is(err, profile.ErrExists):
		return lang.L("There is a profile of that name already. Choose another name.")
	case errors.Is(err, model.ErrBusy):
		return lang.L("Profiles cannot change while you are live. End the broadcast first.")
	case errors.Is(err, model.ErrKeyMissing):
		return lang.L("Enter the stream key. The website you stream to shows it to you.")
	case errors.As(err, &limit):
		return limit.Service + ": " + limitText(limit)
	case errors.As(err, &found):
		return findings(found)
	case errors.Is(err, model.ErrBlack):
		return lang.L("The picture is black. Is it the right one?")
	case errors.Is(err, model.ErrSilent):
		return lang.L("Nothing is heard. Say something, or check the microphone.")
	case errors.Is(err, model.ErrMuted):
		return lang.L("All sound is muted.")
	case errors.Is(err, model.ErrClipping):
		return lang.L("Too loud: it sounds broken. Turn it down.")
	case errors.Is(err, model.ErrSlow):
		return lang.L("This picture is much for this computer. A smaller one is safer, in the settings under Video.")
	case errors.Is(err, model.ErrNoRoom):
		return lang.L("The disk of the recording is nearly full. Make room, or choose another folder.")
	case errors.Is(err, model.ErrClock):
		return lang.L("The clock of this computer is wrong, so servers may be taken for false ones. Set it.")
	case errors.Is(err, model.ErrDelay):
		return lang.L("“Quality over delay” does not work with the watch page. Switch it off in the settings, under Encoder.")
	case errors.Is(err, publish.ErrCodec):
		return lang.L("This codec does not go there. Choose H.264, or leave the destination out.")
	case errors.Is(err, model.ErrBadLink):
		return lang.L("This Golive does not understand the link.")
	case errors.Is(err, model.ErrSafeStart):
		return lang.L("Golive has crashed twice, so it has started without opening anything. Choose something else to show, or try again.")
	case errors.Is(err, errKeyTaken):
		return lang.L("Another program has one of your keys already. Choose another one in the settings, under Keys.")
	case errors.Is(err, model.ErrTooLong):
		return lang.L("This is too long to be meant.")
	case errors.Is(err, publish.ErrNoReplay):
		return lang.L("There is no replay to save yet.")
	case errors.Is(err, capture.ErrUnsupported):
		return lang.L("This works on X11 only, for now.")
	case errors.As(err, &still):
		return lang.L("What you show is lost, and its last picture stands still until it is back. {{.Why}}", why(still.Why))
	case errors.As(err, &short):
		return lang.L("The recording has ended; what it has can be played. {{.Why}}", why(short.Why))
	case errors.As(err, &refused):
		return explain(refused)
	case errors.Is(err, model.ErrNoDestination):
		return lang.L("There is nowhere to go live to. Add a destination under “Send to”.")
	case errors.Is(err, model.ErrTwice):
		return lang.L("There is a destination of that name already. Choose another name.")
	case errors.Is(err, model.ErrOnAir):
		return lang.L("Destinations cannot change while you are live. End the broadcast first.")
	case errors.Is(err, capture.ErrNoDevice):
		return lang.L("What you picked to show is not there, or its screen cannot be opened. Pick something else.")
	case errors.Is(err, encoder.ErrNoEncoder):
		return lang.L("This computer cannot make a video with these settings. Choose a smaller picture.")
	case errors.Is(err, publish.ErrBadURL):
		return lang.L("That is not an address to stream to. It looks like rtmp://server/app.")
	case errors.Is(err, publish.ErrUnsupported):
		return lang.L("Addresses of that kind do not work. Those that begin with rtmp://, rtmps://, srt:// or whip+https:// do.")
	case errors.Is(err, secret.ErrNotFound):
		return lang.L("The stream key is not on this computer. Enter it again.")
	case errors.Is(err, profile.ErrBadName):
		return lang.L("A name is made of letters, digits, spaces, - and _, 64 at most.")
	}
	return reason(err.Error())
}

// findings says what the last look before going live has found, what stops it first.
func findings(p model.Preflight) string {
	var stops, tells []string
	for _, f := range p {
		if f.Stops {
			stops = append(stops, sentence(f.Err))
		} else {
			tells = append(tells, sentence(f.Err))
		}
	}
	said := strings.Join(slices.Compact(append(stops, tells...)), " ")
	if len(stops) > 0 {
		return lang.L("Not live yet. {{.Why}}", map[string]any{"Why": said})
	}
	return lang.L("You are live, but: {{.Why}}", map[string]any{"Why": said})
}

// limitText says which setting a service does not take, and where it is.
func limitText(l model.ServiceLimit) string {
	switch l.Setting {
	case "codec":
		return lang.L("It does not take this codec. Choose H.264.")
	case "keyint":
		return lang.L("It wants key frames more often. Choose a shorter time between them in the settings, under Video.")
	case "bitrate":
		return lang.L("It takes a lower bitrate of the picture. Choose one in the settings, under Video.")
	case "audio_bitrate":
		return lang.L("It takes a lower bitrate of the sound. Choose one in the settings, under Sound.")
	}
	return l.Text
}

// why is what fills the blank of a sentence with a reason.
func why(text string) map[string]any { return map[string]any{"Why": reason(text)} }

// capital returns s with a large first letter and a full stop.
func capital(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(r)) + s[n:]
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

// clock returns how long d is as 1:02:03 or 2:03.
func clock(d time.Duration) string {
	s := int(d / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// megabits returns a rate in kbit/s as "3.0 Mb/s".
func megabits(kbps int) string { return fmt.Sprintf("%.1f Mb/s", float64(kbps)/1000) }

// stateText says in plain words what a destination is doing.
func stateText(s publish.State) string {
	switch s {
	case publish.Connecting:
		return lang.L("Connecting…")
	case publish.Live:
		return lang.L("Live")
	case publish.Reconnecting:
		return lang.L("Connection lost, trying again")
	case publish.Refused:
		return lang.L("Refused")
	case publish.Stopped:
		return lang.L("Stopped")
	}
	return lang.L("Ready")
}

// newWords returns the words of choices in the person's language.
func newWords() model.Words {
	return model.Words{
		Screen:  lang.L("Screen"),
		Window:  lang.L("Window"),
		Region:  lang.L("Part of the screen"),
		Pattern: lang.L("Test card"),
		Desktop: lang.L("Computer sound"),
		Mic:     lang.L("Microphone"),
	}
}
