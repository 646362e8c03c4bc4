package publish

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golive/capture"
	"golive/encoder"
)

// ErrCodec: a destination or a recording cannot carry the codec that was chosen.
var ErrCodec = errors.New("codec cannot be carried")

// Config says what to capture and how to encode it.
type Config struct {
	Video string    // SPEC
	Audio []string  // SPECs, mixed; a missing device is a warning, not an error; none or "none": no sound
	Gain  []float64 // dB for each of Audio; nil leaves all as they are
	// Size (pixels, even), FrameRate: zero, and Preset "auto", is what this computer sustains with the source's pictures.
	Size         image.Point
	FrameRate    capture.Rational
	Codec        encoder.Codec
	Encoder      string // "" or "auto", or FFmpeg's name
	Preset       string // "" is the encoder's default
	BitRate      int    // bit/s
	AudioRate    int    // Hz of AAC: 44100, or 48000, which 0 is; Opus always has 48000
	AudioMono    bool   // AAC in one channel; Opus stays in two
	AudioBitRate int    // bit/s
	KeyInterval  time.Duration
	LowLatency   bool
	LookAhead    bool
	RecordSounds bool          // record each sound source in a track of its own, behind the mix
	SplitTime    time.Duration // a new file of the recording after so much time; 0 is never
	SplitSize    int64         // or after so many bytes; 0 is never
	Replay       time.Duration // how much the replay buffer keeps; 0 for none
	ReplayFolder string        // for replays when nothing is recorded
	Delay        time.Duration // how old is what viewers see, at most MaxDelay; it is not adapted then
	DelayLocal   bool          // the embedded server is delayed, too
	Adapt        Adapt         // whose way the bit rate follows; "" is AdaptMain
	FloorBitRate int           // bit/s; adaptation goes no lower; 0 is a tenth of the bit rate
	Slate        string        // path of a PNG or JPEG file, shown by SetSlate; "" is drawn, with words in Language
	Language     string        // such as "zh_Hans"; one that is not known, and "", is English
	// RecordBitRate is that of the pictures, in bit/s, of the recording and the replays, which are encoded for it once
	// more then; 0: they have the packets of the stream.
	RecordBitRate int
	// Timing says which pictures tell when they were taken.
	Timing encoder.Timings
	// TryEncoders: Encoder "auto" tries the encoders of graphics cards, as encoder.Probe does.
	TryEncoders bool
	Log         *slog.Logger // nil discards

	encoders []encoder.Row // to choose from, for tests; nil for all
}

// A Broadcast is a capture that can be live. Its methods may be called from any goroutine.
type Broadcast struct {
	config   Config // constant
	video    *videoInput
	sound    *soundInput
	slate    slate
	usage    usage
	views    window // glass-to-glass latencies
	players  window // what of them is the players'
	partings partings

	bitRate atomic.Int64         // of the pictures
	live    atomic.Pointer[live] // while live
	loops   sync.WaitGroup
	unwatch func() bool

	change sync.Mutex // one GoLive, EndLive or Close at a time

	mu     sync.Mutex
	last   *live // the current or the latest one
	closed bool
}

// Start opens the sources and captures, for the preview and the meters. When ctx ends, the broadcast closes itself.
// Errors: those of package capture; encoder.ErrNoEncoder where c leaves settings to this computer.
func Start(ctx context.Context, c Config) (*Broadcast, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c, err := c.settled(ctx)
	if err != nil {
		return nil, err
	}
	clock := capture.NewClock()
	b := &Broadcast{config: c}
	b.usage.read() // what the first Stats measure from
	b.bitRate.Store(int64(c.BitRate))
	options := capture.VideoOptions{Clock: clock, Size: c.Size, FrameRate: c.FrameRate, Log: c.Log}
	if err := b.slate.open(c.Slate, c.Language, c.Size); err != nil {
		return nil, err
	}
	b.video, err = openVideoInput(c.Video, options, b.offer)
	if err != nil {
		b.slate.picture.Release()
		return nil, err
	}
	b.sound, err = openSoundInput(c.Audio, c.Gain, clock, c.Log)
	if err != nil {
		b.video.close()
		b.slate.picture.Release()
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
	l := b.live.Load()
	if l == nil {
		return
	}
	if b.stands(fresh) {
		f = b.slate.replace(f)
		defer f.Release()
	}
	l.offer(f, fresh)
}

func (b *Broadcast) hear(mix *capture.AudioFrame, sources []*capture.AudioFrame) {
	l := b.live.Load()
	if l == nil {
		return
	}
	if b.slate.on.Load() {
		mix, sources = hushed(mix), hushedAll(sources)
	}
	l.hear(mix, sources)
}

// Frame returns the newest picture for a preview, or nil when there is none yet. The caller must Release it.
func (b *Broadcast) Frame() *capture.VideoFrame { return b.video.frame() }

// SetVideo shows another source, also while live; the old one stays when the new one cannot be opened.
func (b *Broadcast) SetVideo(spec string) error { return b.video.set(spec) }

// SetMuted silences the sound source i of Config.Audio, or lets it be heard again.
func (b *Broadcast) SetMuted(i int, muted bool) { b.sound.setMuted(i, muted) }

// SetGain makes the sound source i of Config.Audio louder by db, or softer.
func (b *Broadcast) SetGain(i int, db float64) { b.sound.setGain(i, db) }

// SetMonitored lets the sound source i of Config.Audio be heard on this computer, or not any more: what the source gives,
// with its gain. Errors: ErrHowl for the sound of the computer itself; capture.ErrNoDevice when there are no loudspeakers.
func (b *Broadcast) SetMonitored(i int, on bool) error { return b.sound.setMonitored(i, on) }

// SetBitRate changes the bit rate of the pictures, in bit/s, from the next picture on if the broadcast is live, else for
// GoLive. It is a ceiling: where the way to a destination does not carry it, Config.Adapt says what is done. Errors: encoder.ErrNoEncoder for one that is out of range.
func (b *Broadcast) SetBitRate(bps int) error {
	if bps < encoder.MinBitRate || bps > encoder.MaxBitRate {
		return fmt.Errorf("%w for %d bit/s: from %d to %d", encoder.ErrNoEncoder, bps, encoder.MinBitRate, encoder.MaxBitRate)
	}
	b.bitRate.Store(int64(bps))
	if l := b.live.Load(); l != nil {
		l.most.Store(int64(bps))
		l.steer()
	}
	return nil
}

// GoLive opens the encoders and the recording and begins to connect the outputs; it does not wait for them.
// record is the path of an MP4 file that does not exist yet, "" for none. Errors: ErrCodec, encoder.ErrNoEncoder, those
// of recording.Create.
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
	c.BitRate = int(b.bitRate.Load())
	l, err := startLive(c, b.sound, record, outputs, &b.partings)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.last = l
	b.mu.Unlock()
	b.live.Store(l)
	return nil
}

// EndLive ends outputs and recording properly, within 2 s; capture goes on. The error is the recording's, also when
// Close or the context has ended it before.
func (b *Broadcast) EndLive() error {
	b.change.Lock()
	defer b.change.Unlock()
	return b.endLive()
}

func (b *Broadcast) endLive() error {
	if l := b.live.Swap(nil); l != nil {
		l.result = l.end()
	}
	if l := b.latest(); l != nil {
		return l.outcome()
	}
	return nil
}

// latest returns the current live or the one before, nil when there was none.
func (b *Broadcast) latest() *live {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

// Err returns why the broadcast cannot go on by itself (an encoder failed), nil while it can.
func (b *Broadcast) Err() error {
	if l := b.latest(); l != nil {
		return l.failure()
	}
	return nil
}

// Close ends everything and waits; its error is that of EndLive. It may be called twice.
func (b *Broadcast) Close() error {
	b.change.Lock()
	defer b.change.Unlock()
	if !b.isClosed() {
		b.mu.Lock()
		b.closed = true
		b.mu.Unlock()
		b.unwatch()
		b.loops.Go(b.video.close)
		b.loops.Go(b.sound.close)
	}
	err := b.endLive()
	b.loops.Wait()
	if b.slate.picture != nil {
		b.slate.picture.Release()
		b.slate.picture = nil
	}
	return err
}

func (b *Broadcast) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}
