package publish

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golive/capture"
	"golive/encoder"
)

// ErrCodec: a destination or a recording cannot carry the codec that was chosen.
var ErrCodec = errors.New("codec cannot be carried")

// Config says what to capture, how to encode it and where to send it.
type Config struct {
	Video        string           // SPEC; "" is "screen:0"
	Audio        []string         // SPECs, mixed; a missing device is a warning, not an error; none or "none": no sound
	Size         image.Point      // pixels, even; zero is 1280x720
	FrameRate    capture.Rational // zero is 30
	Codec        encoder.Codec    // "" is H264
	Encoder      string           // "auto" or FFmpeg's name
	Preset       string           // "" is the encoder's default
	BitRate      int              // bit/s; 0 is 3000k
	AudioBitRate int              // bit/s; 0 is 160k
	KeyInterval  time.Duration    // 0 is 2 s
	LowLatency   bool
	LookAhead    bool
	Record       string // path of an MP4 file that does not exist yet; "" for none
	Outputs      []OutputConfig
	Log          *slog.Logger // nil discards
}

// OutputConfig is a Destination by the name people see.
type OutputConfig struct {
	Name        string
	Destination Destination
}

// withDefaults returns c with its zero values filled in.
func (c Config) withDefaults() Config {
	if c.Video == "" {
		c.Video = "screen:0"
	}
	if c.Size == (image.Point{}) {
		c.Size = image.Pt(1280, 720)
	}
	if c.FrameRate.Num == 0 {
		c.FrameRate = capture.Rational{Num: 30, Den: 1}
	}
	if c.Codec == "" {
		c.Codec = encoder.H264
	}
	if c.BitRate == 0 {
		c.BitRate = 3_000_000
	}
	if c.AudioBitRate == 0 {
		c.AudioBitRate = 160_000
	}
	if c.KeyInterval == 0 {
		c.KeyInterval = 2 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// A Broadcast is a capture that can be live. Its methods may be called from any goroutine.
type Broadcast struct {
	config Config // constant, but for what GoLive replaces
	video  *videoInput
	sound  *soundInput
	usage  usage
	views  window // glass-to-glass latencies

	live    atomic.Pointer[live] // while live
	loops   sync.WaitGroup
	unwatch func() bool

	change sync.Mutex // one GoLive, EndLive or Close at a time

	mu     sync.Mutex
	last   *live // the current or the latest one
	closed bool
}

// Start opens the sources and captures, for the preview and the meters. When ctx ends, the broadcast closes itself.
// Errors: those of package capture.
func Start(ctx context.Context, c Config) (*Broadcast, error) {
	c = c.withDefaults()
	clock := capture.NewClock()
	b := &Broadcast{config: c}
	options := capture.VideoOptions{Clock: clock, Size: c.Size, FrameRate: c.FrameRate, Log: c.Log}
	var err error
	b.video, err = openVideoInput(c.Video, options, b.offer)
	if err != nil {
		return nil, err
	}
	b.sound, err = openSoundInput(c.Audio, clock, c.Log)
	if err != nil {
		b.video.close()
		return nil, err
	}
	b.loops.Go(b.video.run)
	b.loops.Go(func() { b.sound.run(b.hear) })
	b.change.Lock() // for a ctx that has ended already
	defer b.change.Unlock()
	b.unwatch = context.AfterFunc(ctx, func() { b.Close() })
	return b, nil
}

func (b *Broadcast) offer(f *capture.VideoFrame, fresh bool) {
	if l := b.live.Load(); l != nil {
		l.offer(f, fresh)
	}
}

func (b *Broadcast) hear(f *capture.AudioFrame) {
	if l := b.live.Load(); l != nil {
		l.hear(f)
	}
}

// Frame returns the newest picture for a preview, or nil when there is none yet. The caller must Release it.
func (b *Broadcast) Frame() *capture.VideoFrame { return b.video.frame() }

// SetVideo shows another source, also while live; the old one stays when the new one cannot be opened.
func (b *Broadcast) SetVideo(spec string) error { return b.video.set(spec) }

// SetMuted silences the sound source i of Config.Audio, or lets it be heard again.
func (b *Broadcast) SetMuted(i int, muted bool) { b.sound.setMuted(i, muted) }

// GoLive opens the encoders and the recording and begins to connect the outputs; it does not wait for them.
// record, outputs: as in Config, which they replace. Errors: ErrCodec, encoder.ErrNoEncoder, those of recording.Create.
func (b *Broadcast) GoLive(record string, outputs []OutputConfig) error {
	b.change.Lock()
	defer b.change.Unlock()
	switch {
	case b.isClosed():
		return errors.New("the broadcast is closed")
	case b.live.Load() != nil:
		return errors.New("the broadcast is live already")
	}
	c := b.config
	c.Record, c.Outputs = record, slices.Clone(outputs)
	l, err := startLive(c, b.sound.any)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.last = l
	b.mu.Unlock()
	b.live.Store(l)
	return nil
}

// EndLive ends outputs and recording properly, within 2 s; capture goes on. The error is the recording's.
func (b *Broadcast) EndLive() error {
	b.change.Lock()
	defer b.change.Unlock()
	return b.endLive()
}

func (b *Broadcast) endLive() error {
	l := b.live.Swap(nil)
	if l == nil {
		return nil
	}
	return l.end()
}

// Err returns why the broadcast cannot go on by itself (an encoder failed), nil while it can.
func (b *Broadcast) Err() error {
	b.mu.Lock()
	l := b.last
	b.mu.Unlock()
	if l == nil {
		return nil
	}
	return l.failure()
}

// AllRefused says whether every output was refused, so that there is nobody to send to.
func (b *Broadcast) AllRefused() bool {
	b.mu.Lock()
	l := b.last
	b.mu.Unlock()
	if l == nil || len(l.senders) == 0 {
		return false
	}
	return !slices.ContainsFunc(l.senders, func(s *sender) bool { return !s.isRefused() })
}

// Close ends everything and waits. It may be called twice.
func (b *Broadcast) Close() error {
	b.change.Lock()
	defer b.change.Unlock()
	if b.isClosed() {
		return nil
	}
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.unwatch()
	err := b.endLive()
	b.video.close()
	b.sound.close()
	b.loops.Wait()
	if err != nil {
		return fmt.Errorf("ending the broadcast: %w", err)
	}
	return nil
}

func (b *Broadcast) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}
