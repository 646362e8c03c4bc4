package publish

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golive/capture"
	"golive/encoder"
)

const (
	// overloadTime is how long an encoder must have had no rest before it takes a faster preset.
	overloadTime = 5 * time.Second
	// noRest is the part of that time that it was busy.
	noRest = 0.95
	// minKeyDistance keeps many receivers that ask for key frames from spoiling the picture for all.
	minKeyDistance = 500 * time.Millisecond
)

// A pictureEncoder encodes the pictures of a live and keeps them flowing: an encoder of a graphics card that fails is
// replaced, one that is overloaded takes a faster preset. All but the settings are for one goroutine.
type pictureEncoder struct {
	log   *slog.Logger
	rate  atomic.Int64 // bit/s that are wanted
	video *encoder.Video

	economy  atomic.Int32
	softener *capture.Softener // nil until it is needed

	config encoder.VideoConfig // to open a replacement with
	since  time.Time           // when the busy time began to be counted
	busy   time.Duration

	mu     sync.Mutex
	name   string
	preset string
	notice string // what was done, for people
}

// openPictures opens the encoder that c asks for; "auto" tries those of graphics cards if c says so.
func openPictures(c Config) (*pictureEncoder, error) {
	e := &pictureEncoder{log: c.Log, config: encoder.VideoConfig{
		Encoder: c.Encoder, Preset: c.Preset, Codec: c.Codec,
		Width: c.Size.X, Height: c.Size.Y, FrameRate: c.FrameRate, BitRate: c.BitRate,
		KeyInterval: c.KeyInterval, LowLatency: c.LowLatency, LookAhead: c.LookAhead, Log: c.Log, Table: c.encoders,
	}}
	if c.TryEncoders && (c.Encoder == "auto" || c.Encoder == "") {
		t := c.Trial()
		t.Video = ""
		e.config.Encoder = encoder.Choose(context.Background(), t)
	}
	var err error
	if e.video, err = encoder.NewVideo(e.config); err != nil {
		return nil, err
	}
	e.rate.Store(int64(c.BitRate))
	e.name, e.preset = e.video.Name(), e.video.Preset()
	return e, nil
}

// run encodes the pictures of a mailbox until it ends, with a key frame when that is wanted and the last is old enough.
func (e *pictureEncoder) run(m *mailbox, wantKey *atomic.Bool, took func(time.Duration), emit func(*encoder.Packet)) error {
	lastKey := time.Duration(-1)
	for f := m.take(); f != nil; f = m.take() {
		key := wantKey.Load() && (lastKey < 0 || f.PTS-lastKey >= minKeyDistance)
		if key {
			wantKey.Store(false)
		}
		start := time.Now()
		soft := e.soften(f)
		f.Release()
		packets, err := e.encode(soft, key || e.overdue(f.PTS-lastKey))
		soft.Release()
		took(time.Since(start))
		for _, p := range packets {
			if p.Keyframe {
				lastKey = p.PTS
			}
			emit(p)
		}
		if err != nil {
			return err
		}
	}
	packets, err := e.video.Flush()
	for _, p := range packets {
		emit(p)
	}
	return err
}

// close frees the encoder.
func (e *pictureEncoder) close() {
	e.video.Close()
	if e.softener != nil {
		e.softener.Close()
	}
}

// encode turns a picture into packets, with a key frame if that is wanted.
func (e *pictureEncoder) encode(f *capture.VideoFrame, key bool) ([]*encoder.Packet, error) {
	start := time.Now()
	if key {
		e.video.ForceKeyframe()
	}
	e.config.BitRate = e.perFull()
	e.video.SetBitRate(e.config.BitRate)
	packets, err := e.video.Encode(f)
	if err != nil && e.video.Hardware() {
		if err = e.replace(err); err == nil {
			var more []*encoder.Packet
			more, err = e.video.Encode(f)
			packets = append(packets, more...)
		}
	}
	e.rest(start, time.Now())
	return packets, err
}

// replace puts the encoder that needs no graphics card in the place of one that failed.
func (e *pictureEncoder) replace(reason error) error {
	failed := e.video.Name()
	e.video.Close()
	e.config.Encoder = "auto"
	v, err := encoder.NewVideo(e.config)
	if err != nil {
		return fmt.Errorf("%w; and nothing can take its place: %w", reason, err)
	}
	e.video = v
	e.log.Warn("the encoder failed and another one goes on", "failed", failed, "encoder", v.Name(), "error", reason)
	e.say(fmt.Sprintf("%s failed, and %s goes on in its place", failed, v.Name()))
	return nil
}

// rest counts how long the encoder was busy and takes a faster preset when it had no rest for long.
func (e *pictureEncoder) rest(start, end time.Time) {
	if e.since.IsZero() {
		e.since = start
	}
	e.busy += end.Sub(start)
	passed := end.Sub(e.since)
	if passed < overloadTime {
		return
	}
	overloaded := e.busy.Seconds() > noRest*passed.Seconds()
	e.since, e.busy = end, 0
	if !overloaded {
		return
	}
	preset := e.video.Faster()
	if preset == "" {
		e.log.Warn("the encoder is overloaded and has no faster preset; take a smaller size or fewer frames a second", "encoder", e.video.Name())
		e.say("the encoder is overloaded: take a smaller size or fewer frames a second")
		return
	}
	e.config.Preset = preset
	e.log.Warn("the encoder is overloaded and takes a faster preset", "encoder", e.video.Name(), "preset", preset)
	e.say("the encoder was overloaded and has gone down to the preset " + preset)
}

func (e *pictureEncoder) say(notice string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.name, e.preset, e.notice = e.video.Name(), e.video.Preset(), notice
}

// stats fills in what is known of the encoder.
func (e *pictureEncoder) stats(s *VideoStats) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.Encoder, s.Preset, s.Notice = e.name, e.preset, e.notice
	s.TargetKbps = int(e.rate.Load() / 1000)
	s.Economy = economy(e.economy.Load()).String()
}
