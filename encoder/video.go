package encoder

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astiav"

	"golive/capture"
	"golive/encoder/internal/av"
)

// VideoConfig says how to encode pictures. Encoder "" or "auto" takes the first that needs no graphics card (Choose
// finds the best one that works), Preset "" the encoder's default, Codec "" H.264. A Preset is a name of the encoder's
// own or of x264's, from ultrafast to veryslow.
type VideoConfig struct {
	Encoder, Preset string
	Codec           Codec
	Width, Height   int // pixels, even
	FrameRate       Rational
	BitRate         int           // bit/s
	KeyInterval     time.Duration // a key frame at least so often; 0 is 2 s
	LowLatency      bool          // a VBV of one frame: no picture is ever large
	LookAhead       bool          // quality over delay: look-ahead and B-frames
	Log             *slog.Logger  // FFmpeg's warnings; nil leaves them as they are
	Table           []Row         // the encoders to choose from; nil is Table()
}

// The bounds of what is encoded.
const (
	MinSide, MaxSide       = 64, 8192
	MinBitRate, MaxBitRate = 50_000, 400_000_000
)

// check returns c with defaults filled in.
func (c VideoConfig) check() (VideoConfig, error) {
	if c.Codec == "" {
		c.Codec = H264
	}
	if c.Table == nil {
		c.Table = Table()
	}
	if c.KeyInterval == 0 {
		c.KeyInterval = 2 * time.Second
	}
	switch {
	case c.Width < MinSide || c.Height < MinSide || c.Width > MaxSide || c.Height > MaxSide || c.Width%2 != 0 || c.Height%2 != 0:
		return c, fmt.Errorf("%w for %dx%d: sides must be even, from %d to %d pixels", ErrNoEncoder, c.Width, c.Height, MinSide, MaxSide)
	case c.BitRate < MinBitRate || c.BitRate > MaxBitRate:
		return c, fmt.Errorf("%w for %d bit/s: from %d to %d", ErrNoEncoder, c.BitRate, MinBitRate, MaxBitRate)
	case c.FrameRate.Num < 1 || c.FrameRate.Den < 1 || c.FrameRate.Float() > 300:
		return c, fmt.Errorf("%w for %s frames a second: from 1 to 300", ErrNoEncoder, c.FrameRate)
	case c.LowLatency && c.LookAhead:
		return c, fmt.Errorf("%w: low latency and look-ahead exclude each other; take one", ErrNoEncoder)
	}
	return c, nil
}

// A Video encodes pictures. Encode, SetBitRate, SetPreset, Flush and Close are for one goroutine at a time.
type Video struct {
	config   VideoConfig // as it is to be; that of the session may be behind it
	row      Row
	codec    *astiav.Codec
	session  *session
	stream   *Stream
	keyframe atomic.Bool
	changed  int64                 // pictures since a change of the bit rate that the session has to get used to; -1 without
	stale    bool                  // the session is to be opened anew, with config
	times    map[int64][]time.Time // when the pictures inside the encoder were captured and put in, by their tick
}

// NewVideo opens an encoder. The error is ErrNoEncoder, with what to do.
func NewVideo(c VideoConfig) (*Video, error) {
	c, err := c.check()
	if err != nil {
		return nil, err
	}
	row, codec, err := find(c.Table, c.Encoder, c.Codec)
	if err != nil {
		return nil, err
	}
	if _, err := row.presetIndex(c.Preset); err != nil {
		return nil, err
	}
	if c.LowLatency && row.neverLow {
		return nil, &openError{ErrNoEncoder.Error(), fmt.Errorf("%s has no low latency: it holds several pictures; take another encoder, or leave low latency out", row.Name)}
	}
	if c.Log != nil {
		av.Log(c.Log)
	}
	v := &Video{config: c, row: row, codec: codec, changed: -1, times: map[int64][]time.Time{}}
	if err := v.open(); err != nil {
		what := fmt.Sprintf("%v: %s does not open for %dx%d", ErrNoEncoder, row.Name, c.Width, c.Height)
		if row.needs != "" {
			what += "; it needs " + row.needs
		}
		return nil, &openError{what, err}
	}
	return v, nil
}

// An openError is an ErrNoEncoder for an encoder that FFmpeg has and cannot open.
type openError struct {
	what string
	why  error
}

// Error returns what does not open, and why.
func (e *openError) Error() string { return e.what + ": " + e.why.Error() }

// Unwrap returns ErrNoEncoder and why.
func (e *openError) Unwrap() []error { return []error{ErrNoEncoder, e.why} }

// reason returns why an encoder does not open, for somebody who knows which one it is.
func reason(err error) error {
	var opening *openError
	if errors.As(err, &opening) {
		return opening.why
	}
	return err
}

// open begins a session with the settings of now. The stream stays the same if a decoder need not know.
func (v *Video) open() error {
	s, err := openSession(v.row, v.codec, v.config)
	if err != nil {
		return err
	}
	v.session, v.stale, v.changed = s, false, -1
	if v.stream == nil || !bytes.Equal(v.stream.Extradata, s.stream.Extradata) {
		v.stream = s.stream
	}
	return nil
}

// Stream describes the packets to come. It changes when the encoder was opened anew and works differently; from a key
// frame on, packets then have the new one.
func (v *Video) Stream() *Stream { return v.stream }

// Name returns FFmpeg's name of the encoder.
func (v *Video) Name() string { return v.row.Name }

// Preset returns the name of the preset, by the encoder; "" where it has none.
func (v *Video) Preset() string {
	i, err := v.row.presetIndex(v.config.Preset)
	if err != nil || len(v.row.presets) == 0 {
		return ""
	}
	return v.row.presets[i]
}

// Hardware says whether the encoder runs on a graphics card.
func (v *Video) Hardware() bool { return v.row.Hardware }

// ForceKeyframe makes the next picture a key frame. It may be called from any goroutine.
func (v *Video) ForceKeyframe() { v.keyframe.Store(true) }

// Faster takes the next faster preset from the next picture on, which becomes a key frame. It returns the preset's name,
// or "" when there is none.
func (v *Video) Faster() string {
	i, err := v.row.presetIndex(v.config.Preset)
	if err != nil || i == 0 || len(v.row.presets) == 0 {
		return ""
	}
	v.config.Preset, v.stale = v.row.presets[i-1], true
	return v.config.Preset
}

// Encode takes one picture and returns what is finished. The frame is not released, and not copied: the encoder keeps
// a reference as long as it needs it. PTS must grow. After an error only Close is of use.
func (v *Video) Encode(f *capture.VideoFrame) ([]*Packet, error) {
	switch {
	case f.Width != v.config.Width || f.Height != v.config.Height:
		return nil, fmt.Errorf("a picture of %dx%d for an encoder of %dx%d", f.Width, f.Height, v.config.Width, v.config.Height)
	case v.session == nil:
		return nil, errors.New("the encoder is closed")
	}
	key := v.keyframe.Swap(false)
	packets, err := v.renew(key)
	if err != nil {
		return packets, fmt.Errorf("%s: %w", v.row.Name, err)
	}
	v.settle()
	tick := capture.Ticks(f.PTS, v.config.FrameRate)
	v.times[tick] = []time.Time{f.Captured, time.Now()}
	if err := v.session.send(f, tick, key); err != nil {
		return packets, fmt.Errorf("%s: %w", v.row.Name, err)
	}
	finished, err := v.session.receive()
	packets = append(packets, v.packets(finished)...)
	if err != nil {
		return packets, fmt.Errorf("%s: %w", v.row.Name, err)
	}
	return packets, nil
}

// renew opens the session anew if that is due, and returns what was still in the old one.
func (v *Video) renew(key bool) ([]*Packet, error) {
	if !v.stale && !(key && v.row.fixedKeys && v.session.taken > 0) {
		return nil, nil
	}
	rest, err := v.session.flush()
	packets := v.packets(rest)
	v.session.close()
	v.session = nil
	if err != nil {
		return packets, err
	}
	return packets, v.open()
}

// Flush returns what is still inside; the encoder takes no more pictures.
func (v *Video) Flush() ([]*Packet, error) {
	if v.session == nil {
		return nil, nil
	}
	rest, err := v.session.flush()
	if err != nil {
		err = fmt.Errorf("%s: %w", v.row.Name, err)
	}
	return v.packets(rest), err
}

// packets puts what a session made on the broadcast's clock.
func (v *Video) packets(list []coded) []*Packet {
	rate := v.config.FrameRate
	var packets []*Packet
	for _, c := range list {
		p := &Packet{
			Stream: v.stream,
			PTS:    capture.Duration(c.pts, rate), DTS: capture.Duration(c.dts, rate), Duration: capture.Duration(1, rate),
			Keyframe: c.key, Data: c.data,
		}
		if t := v.times[c.pts]; t != nil {
			p.Captured, p.Submitted = t[0], t[1]
			delete(v.times, c.pts)
		}
		packets = append(packets, p)
	}
	return packets
}

// Close frees the encoder. It may be called twice.
func (v *Video) Close() error {
	if v.session != nil {
		v.session.close()
		v.session = nil
	}
	return nil
}
