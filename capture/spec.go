package capture

import (
	"fmt"
	"image"
	"strings"
)

// What Golive can show and let hear now, for the sentences that name it.
const (
	videoSpecs = "screen:0, window:ID, window:TITLE, region:WxH+X+Y, pattern"
	audioSpecs = "desktop, desktop:NAME, mic, mic:NAME, tone, none"
)

// maxSpec bounds a SPEC, in bytes: a window title is the longest part.
const maxSpec = 1024

// A spec is a SPEC taken apart: "window:Firefox" is of kind "window", with the argument "Firefox".
type spec struct{ kind, arg string }

func (s spec) String() string { return s.kind + ":" + s.arg }

func cutSpec(text string) (spec, error) {
	if len(text) > maxSpec {
		return spec{}, fmt.Errorf("%w: it has %d bytes, more than %d", ErrBadSpec, len(text), maxSpec)
	}
	kind, arg, _ := strings.Cut(text, ":")
	return spec{kind, arg}, nil
}

// CheckVideo says whether text is a SPEC of pictures that Golive has, without opening anything. Errors: ErrBadSpec and
// ErrUnsupported, both with what works.
func CheckVideo(text string) error {
	s, err := cutSpec(text)
	if err != nil {
		return err
	}
	switch s.kind {
	case "screen":
		if s.arg == "" {
			return fmt.Errorf("%w %q: say which screen, such as screen:0", ErrBadSpec, text)
		}
		return nil
	case "window":
		if s.arg == "" {
			return fmt.Errorf("%w %q: say which window, by ID or title; golive devices lists them", ErrBadSpec, text)
		}
		return nil
	case "region":
		_, err := ParseRegion(text)
		return err
	case "pattern":
		return noArgument(text, s)
	case "camera", "image", "text":
		return fmt.Errorf("video source %q is %w yet; these work: %s", text, ErrUnsupported, videoSpecs)
	}
	return fmt.Errorf("%w %q: these work: %s", ErrBadSpec, text, videoSpecs)
}

// CheckAudio is CheckVideo for sound.
func CheckAudio(text string) error {
	s, err := cutSpec(text)
	if err != nil {
		return err
	}
	switch s.kind {
	case "mic", "desktop":
		if s.arg == "" && text != s.kind {
			return fmt.Errorf("%w %q: say which device, or just %s", ErrBadSpec, text, s.kind)
		}
		return nil
	case "tone", "none":
		return noArgument(text, s)
	}
	return fmt.Errorf("%w %q: these work: %s", ErrBadSpec, text, audioSpecs)
}

func noArgument(text string, s spec) error {
	if text != s.kind {
		return fmt.Errorf("%w %q: nothing stands after %s", ErrBadSpec, text, s.kind)
	}
	return nil
}

// ParseRegion reads the SPEC of a region, "region:1280x720+100+50": size, then place in pixels on the desktop. Odd sizes
// lose a pixel.
func ParseRegion(text string) (image.Rectangle, error) {
	arg := strings.TrimPrefix(text, "region:")
	var w, h, x, y int
	var rest string
	n, _ := fmt.Sscanf(arg+" ", "%dx%d+%d+%d%s", &w, &h, &x, &y, &rest)
	if n != 4 || arg != fmt.Sprintf("%dx%d+%d+%d", w, h, x, y) {
		return image.Rectangle{}, fmt.Errorf("%w %q: write region:WIDTHxHEIGHT+X+Y in pixels, such as region:1280x720+100+50", ErrBadSpec, text)
	}
	const limit = 1 << 15 // X11 coordinates have 16 bits
	if w < 16 || h < 16 || w >= limit || h >= limit || x >= limit || y >= limit {
		return image.Rectangle{}, fmt.Errorf("%w %q: the size must be from 16x16 to 32767x32767 pixels", ErrBadSpec, text)
	}
	return image.Rect(x, y, x+w&^1, y+h&^1), nil
}
