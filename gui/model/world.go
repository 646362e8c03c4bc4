package model

import (
	"context"
	"log/slog"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A Broadcast is what the window needs of a publish.Broadcast.
type Broadcast interface {
	Frame() *capture.VideoFrame
	SetVideo(spec string) error
	SetMuted(i int, muted bool)
	SetGain(i int, db float64)
	SetMonitored(i int, on bool) error
	GoLive(record string, outputs []publish.OutputConfig) error
	EndLive() error
	AddOutput(publish.OutputConfig) error
	StartOutput(i int) error
	StopOutput(i int) error
	RetryOutput(i int) error
	StartRecording(path string) error
	StopRecording() error
	PauseRecording(on bool)
	SetSlate(on bool)
	SaveReplay() (path string, err error)
	AllRefused() bool
	Err() error
	Stats() publish.Stats
	Close() error
}

var _ Broadcast = (*publish.Broadcast)(nil)

// A Companion is the embedded server.
type Companion interface {
	Destination() publish.Destination
	WatchURL() string
	// InviteURL returns a link with leave to watch, for a month or for one person; WatchURL while all may watch.
	InviteURL(once bool) string
	Protect(on bool) error // lets only those watch who have an InviteURL
	Protected() bool
	Share(on bool) error // lets others on the network watch
	Shared() bool
	Ports() string // that Share opens, for people
}

// A World is what a Model works on.
type World struct {
	Start     func(context.Context, publish.Config) (Broadcast, error)
	Devices   func() ([]capture.Device, error)
	Settings  profile.Settings                                        // of the program, as they were read
	Trouble   []error                                                 // of the start, to be told; nil where there was none
	Safe      bool                                                    // nothing is opened before the person asks for it
	Home      string                                                  // the folder of settings
	OpenVideo OpenVideo                                               // for thumbnails
	Encoders  func(context.Context, profile.Profile) []encoder.Report // may take seconds
	TryUpload func(context.Context, publish.Destination, int) (publish.Trial, error)
	Folder    profile.Folder // in it
	Secrets   *secret.Store
	Companion Companion // the embedded server; nil when it could not start
	Log       *slog.Logger
	Now       func() time.Time // nil is time.Now
}

// local returns this computer as a destination, nil when it cannot be one.
func (w World) local() publish.Destination {
	if w.Companion == nil {
		return nil
	}
	return w.Companion.Destination()
}

func (w World) now() time.Time {
	if w.Now == nil {
		return time.Now()
	}
	return w.Now()
}

// StartBroadcast is publish.Start as a World wants it.
func StartBroadcast(ctx context.Context, c publish.Config) (Broadcast, error) {
	c.TryEncoders = true
	b, err := publish.Start(ctx, c)
	if err != nil {
		return nil, err // not b: a nil *publish.Broadcast is no nil broadcast
	}
	return b, nil
}
