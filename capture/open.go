package capture

import (
	"image"
	"log/slog"
)

// VideoOptions say how a picture source is to deliver.
type VideoOptions struct {
	Clock     *Clock
	Size      image.Point // pixels, even; the picture is scaled into it, keeping its shape
	FrameRate Rational
	Display   string       // X display; "" means $DISPLAY
	Log       *slog.Logger // nil discards
}

// OpenVideo opens the picture source that a SPEC names. Errors: ErrBadSpec, ErrUnsupported, and ErrNoDevice when what
// it names does not exist or shows nothing.
func OpenVideo(text string, o VideoOptions) (VideoSource, error) {
	if err := CheckVideo(text); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := cutSpec(text)
	if err != nil {
		return nil, err
	}
	var d drawer
	if s.kind == "pattern" {
		d = newPattern(o)
	} else if d, err = newScreen(s, o); err != nil {
		return nil, err
	}
	return newPaced(d, o), nil
}

// OpenAudio opens the sound source that a SPEC names; "none" has no source and is the caller's to leave out. Errors as
// of OpenVideo.
func OpenAudio(text string, clock *Clock) (AudioSource, error) {
	if err := CheckAudio(text); err != nil {
		return nil, err
	}
	s, err := cutSpec(text)
	if err != nil {
		return nil, err
	}
	if s.kind == "tone" {
		return newTone(clock), nil
	}
	return openMic(s, clock)
}

// CheckDisplay says whether the display can be opened that the window and the pictures need: $DISPLAY, where that is how
// it is found. The error is ErrNoDevice.
func CheckDisplay() error { return checkDisplay() }

// NativeSize returns the size in pixels of what a SPEC of pictures shows, zero where it has none or is not there.
func NativeSize(text string) image.Point {
	if r, err := ParseRegion(text); err == nil {
		return r.Size()
	}
	s, err := cutSpec(text)
	if err != nil {
		return image.Point{}
	}
	shown, _ := screens("") // without a display there is none
	for _, d := range shown {
		if string(d.Kind) == s.kind && (d.ID == s.arg || d.Name == s.arg) {
			return d.Bounds.Size()
		}
	}
	return image.Point{}
}

// Devices lists what can be captured here: screens, windows and sound devices, as far as there is a display and a sound
// server. The error is that of the display or of the sound server; the list holds what was found all the same.
func Devices() ([]Device, error) {
	shown, err := screens("")
	heard, audioErr := microphones()
	if err == nil {
		err = audioErr
	}
	return append(shown, heard...), err
}
