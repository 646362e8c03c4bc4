// Package capture turns what a person shows and says into frames: pictures of screens, windows and regions, sound of
// microphones and of the desktop, and generated test material. In go SPECs (strings such as "screen:0"); out come
// VideoFrames and AudioFrames stamped on one Clock. A source is opened, read until it fails or is closed, and never
// waits for its reader: what nobody reads in time is not captured.
package capture

import (
	"errors"
	"fmt"
	"image"
)

// Kind says what a Device is.
type Kind string

// The kinds of device.
const (
	Screen  Kind = "screen"
	Window  Kind = "window"
	Mic     Kind = "mic"
	Desktop Kind = "desktop" // what the computer plays
)

// A Device is something that can be captured. ID is what a SPEC names it by after its kind ("screen:ID").
type Device struct {
	Kind   Kind
	ID     string
	Name   string
	Bounds image.Rectangle // pixels on the root of the display; empty for sound
}

var (
	// ErrUnsupported is returned for a source that Golive does not have (yet, or on this system).
	ErrUnsupported = errors.New("not supported")
	// ErrBadSpec is returned for a SPEC that is malformed.
	ErrBadSpec = errors.New("malformed source")
	// ErrNoDevice is returned when a device or display does not exist or cannot be opened.
	ErrNoDevice = errors.New("device unavailable")
)

// A Rational is a fraction, such as 30000/1001 frames a second.
type Rational struct{ Num, Den int }

// Float returns r as a number.
func (r Rational) Float() float64 { return float64(r.Num) / float64(r.Den) }

// String returns "30" or "30000/1001".
func (r Rational) String() string {
	if r.Den == 1 {
		return fmt.Sprint(r.Num)
	}
	return fmt.Sprintf("%d/%d", r.Num, r.Den)
}

// A VideoSource delivers pictures on a grid of constant frame rate. ReadVideo blocks until the next tick; the caller
// owns the frame and must Release it. Close unblocks ReadVideo, which returns io.EOF from then on.
type VideoSource interface {
	ReadVideo() (*VideoFrame, error)
	Close() error
}

// An AudioSource delivers sound without gaps. ReadAudio blocks until there is some. Close unblocks it; io.EOF after it.
type AudioSource interface {
	ReadAudio() (*AudioFrame, error)
	Close() error
}
