package model

import (
	"context"
	"log/slog"

	"golive/capture"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A Broadcast is what the window needs of a publish.Broadcast.
type Broadcast interface {
	Frame() *capture.VideoFrame
	SetVideo(spec string) error
	SetMuted(i int, muted bool)
	GoLive(record string, outputs []publish.OutputConfig) error
	EndLive() error
	AllRefused() bool
	Err() error
	Stats() publish.Stats
	Close() error
}

var _ Broadcast = (*publish.Broadcast)(nil)

// A World is what a Model works on.
type World struct {
	Start    func(context.Context, publish.Config) (Broadcast, error)
	Devices  func() ([]capture.Device, error)
	Folder   profile.Folder
	Secrets  *secret.Store
	Local    publish.Destination // the embedded server; nil when it could not start
	WatchURL string              // of the embedded server
	Log      *slog.Logger
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
