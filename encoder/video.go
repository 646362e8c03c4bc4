package encoder

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/asticode/go-astiav"

	"golive/capture"
	"golive/encoder/internal/av"
)

// VideoConfig says how to encode pictures. Encoder "" or "auto" takes the best that works, Preset "" the encoder's
// default, Codec "" H.264.
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

// A Video encodes pictures. Encode, SetBitRate, Flush and Close are for one goroutine at a time.
type Video struct {
	config   VideoConfig
	name     string
	ctx      *astiav.CodecContext
	frame    *astiav.Frame
	packet   *astiav.Packet
	stream   *Stream
	sets     [][]byte // SPS and PPS
	keyframe atomic.Bool
	times    map[int64]time.Time // when the pictures inside the encoder were captured, by their tick
}

// NewVideo opens an encoder. The error is ErrNoEncoder, with what to do.
func NewVideo(c VideoConfig) (*Video, error) {
	c, err := c.check()
	if err != nil {
		return nil, err
	}
	e, codec, err := find(c.Encoder, c.Codec)
	if err != nil {
		return nil, err
	}
	if c.Preset == "" {
		c.Preset = e.presets[0]
	}
	if !slices.Contains(e.presets, c.Preset) {
		return nil, fmt.Errorf("%w: %s has no preset %q; it has: %s", ErrNoEncoder, e.name, c.Preset, strings.Join(e.presets, ", "))
	}
	if c.Log != nil {
		av.Log(c.Log)
	}
	v := &Video{config: c, name: e.name, times: map[int64]time.Time{}}
	if err := v.open(codec, e.options(c)); err != nil {
		v.free()
		return nil, fmt.Errorf("%w: %s does not open for %dx%d: %w", ErrNoEncoder, e.name, c.Width, c.Height, err)
	}
	return v, nil
}

func (v *Video) open(codec *astiav.Codec, options map[string]string) error {
	c := v.config
	if v.ctx = astiav.AllocCodecContext(codec); v.ctx == nil {
		return errors.New("out of memory")
	}
	v.frame, v.packet = astiav.AllocFrame(), astiav.AllocPacket()
	v.ctx.SetWidth(c.Width)
	v.ctx.SetHeight(c.Height)
	v.ctx.SetPixelFormat(astiav.PixelFormatYuv420P)
	v.ctx.SetTimeBase(astiav.NewRational(c.FrameRate.Den, c.FrameRate.Num))
	v.ctx.SetFramerate(astiav.NewRational(c.FrameRate.Num, c.FrameRate.Den))
	v.ctx.SetGopSize(max(1, int(capture.Ticks(c.KeyInterval, c.FrameRate))))
	v.ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	v.ctx.SetColorRange(astiav.ColorRangeMpeg)
	v.ctx.SetColorSpace(astiav.ColorSpaceBt709)
	v.ctx.SetColorPrimaries(astiav.ColorPrimariesBt709)
	v.ctx.SetColorTransferCharacteristic(astiav.ColorTransferCharacteristicBt709)
	v.setRate(c.BitRate)

	dict := astiav.NewDictionary()
	defer dict.Free()
	for k, value := range options {
		if err := dict.Set(k, value, 0); err != nil {
			return fmt.Errorf("option %s: %w", k, err)
		}
	}
	if err := v.ctx.Open(codec, dict); err != nil {
		return err
	}
	if unknown := dict.Get("", nil, astiav.NewDictionaryFlags(astiav.DictionaryFlagIgnoreSuffix)); unknown != nil {
		return fmt.Errorf("it does not know the option %s", unknown.Key())
	}
	v.stream = &Stream{
		Codec: c.Codec, Extradata: slices.Clone(v.ctx.ExtraData()),
		Width: c.Width, Height: c.Height, FrameRate: c.FrameRate, BitRate: c.BitRate,
	}
	for _, nal := range v.stream.ParameterSets() {
		if t := nalType(nal); t == nalSPS || t == nalPPS {
			v.sets = append(v.sets, nal)
		}
	}
	return nil
}

// setRate: the buffer (VBV) holds half a second, or one frame for low latency.
func (v *Video) setRate(bps int) {
	buffer := bps / 2
	if v.config.LowLatency {
		buffer = int(float64(bps) / v.config.FrameRate.Float())
	}
	v.ctx.SetBitRate(int64(bps))
	v.ctx.SetRateControlMaxRate(int64(bps))
	v.ctx.SetRateControlBufferSize(buffer)
}

// Stream describes the packets.
func (v *Video) Stream() *Stream { return v.stream }

// Name returns FFmpeg's name of the encoder.
func (v *Video) Name() string { return v.name }

// ForceKeyframe makes the next picture a key frame. It may be called from any goroutine.
func (v *Video) ForceKeyframe() { v.keyframe.Store(true) }

// SetBitRate changes the bit rate, in bit/s, from the next picture on.
func (v *Video) SetBitRate(bps int) { v.setRate(max(MinBitRate, min(MaxBitRate, bps))) }

// Encode takes one picture and returns what is finished. The frame is not released, and not copied: the encoder keeps
// a reference as long as it needs it. PTS must grow.
func (v *Video) Encode(f *capture.VideoFrame) ([]*Packet, error) {
	if f.Width != v.config.Width || f.Height != v.config.Height {
		return nil, fmt.Errorf("a picture of %dx%d for an encoder of %dx%d", f.Width, f.Height, v.config.Width, v.config.Height)
	}
	tick := capture.Ticks(f.PTS, v.config.FrameRate)
	v.frame.SetWidth(f.Width)
	v.frame.SetHeight(f.Height)
	v.frame.SetPixelFormat(astiav.PixelFormatYuv420P)
	v.frame.SetPts(tick)
	v.frame.SetColorRange(astiav.ColorRangeMpeg)
	v.frame.SetColorSpace(astiav.ColorSpaceBt709)
	v.frame.SetPictureType(astiav.PictureTypeNone)
	if v.keyframe.Swap(false) {
		v.frame.SetPictureType(astiav.PictureTypeI)
	}
	if err := av.Wrap(v.frame, f.Planes, f.Strides, f.Retain().Release); err != nil {
		f.Release()
		return nil, err
	}
	v.times[tick] = f.Captured
	err := v.ctx.SendFrame(v.frame)
	v.frame.Unref()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.name, err)
	}
	return v.receive()
}

// Flush returns what is still inside; the encoder takes no more pictures.
func (v *Video) Flush() ([]*Packet, error) {
	if err := v.ctx.SendFrame(nil); err != nil {
		return nil, fmt.Errorf("%s: %w", v.name, err)
	}
	return v.receive()
}

func (v *Video) receive() ([]*Packet, error) {
	var packets []*Packet
	for {
		err := v.ctx.ReceivePacket(v.packet)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return packets, nil
		}
		if err != nil {
			return packets, fmt.Errorf("%s: %w", v.name, err)
		}
		packets = append(packets, v.take(v.packet))
		v.packet.Unref()
	}
}

// take copies a packet out of FFmpeg's memory. A key frame gets SPS and PPS, so that any of them is a start.
func (v *Video) take(p *astiav.Packet) *Packet {
	rate := v.config.FrameRate
	key := p.Flags().Has(astiav.PacketFlagKey)
	var data [][]byte
	if key {
		data = append(data, v.sets...)
	}
	for _, nal := range splitAnnexB(p.Data()) { // Data is a copy
		if t := nalType(nal); t != nalSPS && t != nalPPS && t != nalAUD {
			data = append(data, nal)
		}
	}
	captured := v.times[p.Pts()]
	delete(v.times, p.Pts())
	return &Packet{
		Stream: v.stream,
		PTS:    capture.Duration(p.Pts(), rate), DTS: capture.Duration(p.Dts(), rate), Duration: capture.Duration(1, rate),
		Keyframe: key, Captured: captured, Data: data,
	}
}

// Close frees the encoder. It may be called twice.
func (v *Video) Close() error {
	v.free()
	return nil
}

func (v *Video) free() {
	if v.packet != nil {
		v.packet.Free()
		v.packet = nil
	}
	if v.frame != nil {
		v.frame.Free()
		v.frame = nil
	}
	if v.ctx != nil {
		v.ctx.Free()
		v.ctx = nil
	}
}
