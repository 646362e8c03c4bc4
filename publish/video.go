package publish

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"golive/capture"
)

// reopenAfter is how often a picture source that was lost is tried again.
const reopenAfter = time.Second

// A videoInput is the pictures of a broadcast: one source at a time, which can be exchanged. When it is lost, its last
// picture is repeated on the grid until it is back, so that the stream lives on.
type videoInput struct {
	options capture.VideoOptions
	emit    func(f *capture.VideoFrame, fresh bool) // does not keep f
	log     *slog.Logger
	changed chan struct{} // the source was exchanged, or taken away by close

	opening sync.Mutex // one set at a time

	mu     sync.Mutex
	spec   string
	source capture.VideoSource // nil after close
	err    error               // why the source is lost
	lost   time.Time           // when it was
	newest *capture.VideoFrame
}

func openVideoInput(spec string, o capture.VideoOptions, emit func(*capture.VideoFrame, bool)) (*videoInput, error) {
	source, err := capture.OpenVideo(spec, o)
	if err != nil {
		return nil, err
	}
	return &videoInput{options: o, emit: emit, log: o.Log, changed: make(chan struct{}, 1), spec: spec, source: source}, nil
}

// run reads the source until close, and frees the newest picture then.
func (v *videoInput) run() {
	defer v.forget()
	for {
		source := v.current()
		if source == nil {
			return
		}
		f, err := source.ReadVideo()
		switch {
		case err == nil:
			v.show(f)
		case v.current() == source:
			v.lose(source, err)
			v.hold(source)
		}
	}
}

func (v *videoInput) current() capture.VideoSource {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.source
}

// show makes f, which it takes over, the newest picture.
func (v *videoInput) show(f *capture.VideoFrame) {
	v.emit(f, true)
	v.mu.Lock()
	old := v.newest
	v.newest = f
	v.mu.Unlock()
	if old != nil {
		old.Release()
	}
}

// frame returns the newest picture, retained, or nil.
func (v *videoInput) frame() *capture.VideoFrame {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.newest == nil {
		return nil
	}
	return v.newest.Retain()
}

// set exchanges the source.
func (v *videoInput) set(spec string) error {
	v.opening.Lock()
	defer v.opening.Unlock()
	source, err := capture.OpenVideo(spec, v.options)
	if err != nil {
		return err
	}
	if old := v.current(); old == nil || !v.exchange(old, source, spec) {
		source.Close()
		return fmt.Errorf("show %s: %w", spec, io.EOF)
	}
	return nil
}

// exchange puts source in the place of old, which it closes. It fails when old is not the source any more.
func (v *videoInput) exchange(old, source capture.VideoSource, spec string) bool {
	v.mu.Lock()
	if v.source != old {
		v.mu.Unlock()
		return false
	}
	v.source, v.spec, v.err = source, spec, nil
	v.mu.Unlock()
	select {
	case v.changed <- struct{}{}:
	default:
	}
	old.Close()
	return true
}

func (v *videoInput) lose(source capture.VideoSource, err error) {
	source.Close()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = fmt.Errorf("%s is lost and the slate is shown; it is tried again every second: %w", v.spec, err)
	v.lost = time.Now()
	v.log.Warn("picture source lost", "source", v.spec, "error", err)
}

// problem returns why the source is lost, "" while it is not.
func (v *videoInput) problem() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		return ""
	}
	return v.err.Error()
}

// lostFor returns how long the source has been lost, zero while it is not.
func (v *videoInput) lostFor() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		return 0
	}
	return time.Since(v.lost)
}

// hold repeats the last picture on the grid until another source has taken the place of the lost one.
func (v *videoInput) hold(lost capture.VideoSource) {
	ctx, cancel := context.WithCancel(context.Background())
	var reopening sync.WaitGroup
	reopening.Go(func() { v.reopen(ctx, lost) })
	defer reopening.Wait()
	defer cancel()
	for v.current() == lost {
		tick := capture.Ticks(v.options.Clock.Now(), v.options.FrameRate) + 1
		pts := capture.Duration(tick, v.options.FrameRate)
		select {
		case <-v.changed:
		case <-time.After(pts - v.options.Clock.Now()):
			v.repeat(pts)
		}
	}
}

func (v *videoInput) repeat(pts time.Duration) {
	last := v.frame()
	if last == nil {
		return
	}
	defer last.Release()
	again := last.Repeat(pts, v.options.Clock.Wall(pts))
	defer again.Release()
	v.emit(again, false)
}

// reopen tries to bring a lost source back.
func (v *videoInput) reopen(ctx context.Context, lost capture.VideoSource) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(reopenAfter):
		}
		v.mu.Lock()
		spec := v.spec
		v.mu.Unlock()
		source, err := capture.OpenVideo(spec, v.options)
		if err != nil {
			continue
		}
		if v.exchange(lost, source, spec) {
			v.log.Info("picture source is back", "source", spec)
		} else {
			source.Close()
		}
		return
	}
}

// forget frees the newest picture.
func (v *videoInput) forget() {
	v.mu.Lock()
	old := v.newest
	v.newest = nil
	v.mu.Unlock()
	if old != nil {
		old.Release()
	}
}

// close ends run.
func (v *videoInput) close() {
	v.opening.Lock()
	defer v.opening.Unlock()
	v.mu.Lock()
	old := v.source
	v.source = nil
	v.mu.Unlock()
	select {
	case v.changed <- struct{}{}:
	default:
	}
	if old != nil {
		old.Close()
	}
}
