package gui

import (
	"context"
	"log/slog"

	"golive/capture"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A broadcast is what the window needs of a publish.Broadcast.
type broadcast interface {
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

var _ broadcast = (*publish.Broadcast)(nil)

// world is what a model works on.
type world struct {
	start    func(context.Context, publish.Config) (broadcast, error)
	devices  func() ([]capture.Device, error)
	folder   profile.Folder
	secrets  *secret.Store
	local    publish.Destination // the embedded server; nil when it could not start
	watchURL string              // of the embedded server
	log      *slog.Logger
}

// startBroadcast is publish.Start as a world wants it.
func startBroadcast(ctx context.Context, c publish.Config) (broadcast, error) {
	c.TryEncoders = true
	b, err := publish.Start(ctx, c)
	if err != nil {
		return nil, err // not b: a nil *publish.Broadcast is no nil broadcast
	}
	return b, nil
}
