package gui

import (
	"errors"
	"os"
	"slices"
	"strings"

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
	if said := event(err); said != "" {
		return said
	}
	for _, s := range sayings() {
		if errors.Is(err, s.of) {
			return s.text
		}
	}
	return reason(err.Error())
}

// event says what err tells that no error of the table does, because it has something in it; "" when it is none of those.
func event(err error) string {
	var place *profile.DestinationError
	var still model.StillPicture
	var short model.ShortRecording
	var refused model.Refusal
	var several model.Several
	var recovered model.Recovered
	var broken profile.BrokenFile
	var saved model.Saved
	var found model.Preflight
	var limit profile.ServiceLimit
	var upload model.UploadShort
	switch {
	case errors.As(err, &place):
		return place.Name + ": " + sentence(place.Err)
	case errors.As(err, &several):
		return allOf(several)
	case errors.As(err, &recovered):
		return lang.L("The profile “{{.Name}}” could not be read; its last good version is open. {{.Why}}",
			map[string]any{"Name": recovered.Name, "Why": brokenText(recovered.Broken)})
	case errors.As(err, &broken):
		return lang.L("A file could not be read, and Golive goes on as if it were not there. {{.Why}}", map[string]any{"Why": brokenText(broken)})
	case errors.As(err, &saved) && !saved.Replay:
		return lang.L("The recording is saved: {{.Path}}", map[string]any{"Path": saved.Path})
	case errors.As(err, &saved):
		return lang.L("The replay is saved: {{.Path}}", map[string]any{"Path": saved.Path})
	case errors.As(err, &limit):
		return limit.Name + ": " + limitText(limit)
	case errors.As(err, &upload):
		return lang.L("The upload carried {{.Carried}} of late, and {{.Needed}} are needed. Choose a lower bitrate, or fewer destinations.",
			map[string]any{"Carried": megabits(upload.CarriedKbps), "Needed": megabits(upload.NeededKbps)})
	case errors.As(err, &found):
		return findings(found)
	case errors.As(err, &still):
		return lang.L("What you show is lost. Until it returns, “We will be right back” is shown. {{.Why}}", why(still.Why))
	case errors.As(err, &short):
		return lang.L("The recording has ended; what it has can be played. {{.Why}}", why(short.Why))
	case errors.As(err, &refused):
		return explain(refused)
	}
	return ""
}

// allOf says one thing after the other.
func allOf(all []error) string {
	var said []string
	for _, err := range all {
		said = append(said, sentence(err))
	}
	return strings.Join(said, " ")
}

// brokenText says what is wrong with a file, on which line, and where it is now. The log says what would be right.
func brokenText(b profile.BrokenFile) string {
	wrong, _, _ := strings.Cut(b.Err.Error(), "; ")
	return lang.L("{{.Wrong}}. The file was put aside as {{.Aside}}.", map[string]any{"Wrong": atHome(wrong), "Aside": atHome(b.Aside)})
}

// atHome writes ~ for the home of the person, to be short.
func atHome(text string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return text
	}
	return strings.ReplaceAll(text, home, "~")
}

// A saying is what an error means, in the person's language, and what to do.
type saying struct {
	of   error
	text string
}

// sayings returns them, the first that fits first.
func sayings() []saying {
	return []saying{
		{profile.ErrNewer, lang.L("This file is from a newer Golive, and is left as it is. Install the newer one to open it.")},
		{profile.ErrExists, lang.L("There is a profile of that name already. Choose another name.")},
		{model.ErrBusy, lang.L("Profiles cannot change while you are live. End the broadcast first.")},
		{model.ErrKeyTwice, lang.L("There is a key in the address already. Leave one of them out.")},
		{model.ErrPassphrase, lang.L("A passphrase has 10 to 79 characters.")},
		{model.ErrPasswordMissing, lang.L("The address names a user. Enter the password.")},
		{model.ErrExample, lang.L("Put in your own server for HOST, and your own stream for NAME.")},
		{model.ErrBackup, lang.L("A backup server is of the same kind as the address: both rtmp://, for example.")},
		{model.ErrBackupKey, lang.L("The backup server gets the same key. Leave keys and passwords out of its address.")},
		{model.ErrKeyMissing, lang.L("Enter the stream key. The website you stream to shows it to you.")},
		{model.ErrBlack, lang.L("The picture is black. Is it the right one?")},
		{model.ErrSilent, lang.L("Nothing is heard. Say something, or check the microphone.")},
		{model.ErrMuted, lang.L("All sound is muted.")},
		{model.ErrClipping, lang.L("Too loud: it sounds broken. Turn it down.")},
		{model.ErrSlow, lang.L("This picture is much for this computer. A smaller one is safer, in the settings under Video.")},
		{profile.ErrNoRoom, lang.L("The disk of the recording is nearly full. Make room, or choose another folder.")},
		{model.ErrClock, lang.L("The clock of this computer is wrong, so servers may be taken for false ones. Set it.")},
		{profile.ErrDelay, lang.L("“Quality over delay” does not work with the watch page. Switch it off in the settings, under Encoder.")},
		{publish.ErrCodec, lang.L("This codec does not go there. Choose H.264, or leave the destination out.")},
		{publish.ErrAudioCodec, lang.L("This destination does not take sound in the codec that was chosen. Choose the other one.")},
		{model.ErrBadLink, lang.L("This Golive does not understand the link.")},
		{model.ErrSafeStart, lang.L("Golive has crashed twice, so it has started without opening anything. Choose something else to show, or try again.")},
		{model.ErrNoFolder, lang.L("There is no such folder.")},
		{model.ErrNoFile, lang.L("There is no such file.")},
		{model.ErrIsFolder, lang.L("This is a folder. Put the name of a file behind it.")},
		{model.ErrIsThere, lang.L("There is a file of that name already. Choose another name.")},
		{errKeyTaken, lang.L("Another program has one of your keys already. Choose another one in the settings, under Keys.")},
		{model.ErrTooLong, lang.L("This is too long to be meant.")},
		{publish.ErrHowl, lang.L("You hear the computer's sound already. Played once more, it would be captured again and howl.")},
		{publish.ErrNoReplay, lang.L("There is no replay to save yet.")},
		{capture.ErrUnsupported, lang.L("This works on X11 only, for now.")},
		{model.ErrNoDestination, lang.L("There is nowhere to go live to. Add a destination under “Send to”.")},
		{model.ErrTwice, lang.L("There is a destination of that name already. Choose another name.")},
		{model.ErrOnAir, lang.L("Destinations cannot change while you are live. End the broadcast first.")},
		{capture.ErrNoDevice, lang.L("What you picked to show is not there, or its screen cannot be opened. Pick something else.")},
		{encoder.ErrNoEncoder, lang.L("This computer cannot make a video with these settings. Choose a smaller picture.")},
		{publish.ErrBadURL, lang.L("That is not an address to stream to. It looks like rtmp://server/app.")},
		{publish.ErrUnsupported, lang.L("Addresses of that kind do not work. Those that begin with rtmp://, rtmps://, srt:// or whip+https:// do.")},
		{secret.ErrNotFound, lang.L("The stream key is not on this computer. Enter it again.")},
		{profile.ErrBadName, lang.L("A name is made of letters, digits, spaces, - and _, 64 at most.")},
	}
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
func limitText(l profile.ServiceLimit) string {
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
