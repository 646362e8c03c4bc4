package model

import (
	"context"
	"image"
	"log/slog"
	"sync"

	"golive/capture"
)

const (
	// ThumbnailWidth and ThumbnailHeight are the size of a thumbnail, in pixels.
	ThumbnailWidth, ThumbnailHeight = 256, 144
	// maxThumbnails bounds how many sources are open at once.
	maxThumbnails = 24
)

// Thumbnails are small live pictures of sources, two a second of each, until Close.
type Thumbnails struct {
	cancel context.CancelFunc
	look   func(spec string) // until Close
	done   sync.WaitGroup

	mu     sync.Mutex
	all    map[string]*image.RGBA // newest, by SPEC; never drawn on again
	seen   map[string]bool        // SPECs that are, or were, looked at
	closed bool
}

// OpenVideo is capture.OpenVideo, or what stands in for it.
type OpenVideo func(spec string, o capture.VideoOptions) (capture.VideoSource, error)

// newThumbnails returns Thumbnails that look at nothing yet.
func newThumbnails(open OpenVideo, log *slog.Logger) *Thumbnails {
	ctx, cancel := context.WithCancel(context.Background())
	t := &Thumbnails{cancel: cancel, all: map[string]*image.RGBA{}, seen: map[string]bool{}}
	t.look = func(spec string) {
		if err := t.watch(ctx, spec, open); err != nil && ctx.Err() == nil {
			log.Debug("no thumbnail", "source", spec, "error", err)
		}
	}
	return t
}

// Watch begins to look at those sources that are not looked at yet. One that cannot be seen has no thumbnail.
func (t *Thumbnails) Watch(all []Choice) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range all {
		spec := c.Spec
		if t.seen[spec] || len(t.seen) >= maxThumbnails || t.closed {
			continue
		}
		t.seen[spec] = true
		t.done.Go(func() { t.look(spec) })
	}
}

// watch keeps the thumbnail of one source fresh until ctx ends or the source does.
func (t *Thumbnails) watch(ctx context.Context, spec string, open OpenVideo) error {
	src, err := open(spec, capture.VideoOptions{
		Clock: capture.NewClock(), Size: image.Pt(ThumbnailWidth, ThumbnailHeight), FrameRate: capture.Rational{Num: 2, Den: 1},
	})
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = src.Close() })
	defer func() {
		if stop() {
			_ = src.Close()
		}
	}()
	for {
		f, err := src.ReadVideo()
		if err != nil {
			return err
		}
		img := image.NewRGBA(image.Rect(0, 0, ThumbnailWidth, ThumbnailHeight))
		f.RGBA(img)
		f.Release()
		t.mu.Lock()
		t.all[spec] = img
		t.mu.Unlock()
	}
}

// Get returns the newest picture of a source, nil while there is none.
func (t *Thumbnails) Get(spec string) *image.RGBA {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all[spec]
}

// Close stops looking and waits. It may be called twice.
func (t *Thumbnails) Close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	t.done.Wait()
}

// Thumbnails takes small live pictures of what it is told to Watch. The caller closes it.
func (m *Model) Thumbnails() *Thumbnails { return newThumbnails(m.world.OpenVideo, m.world.Log) }
