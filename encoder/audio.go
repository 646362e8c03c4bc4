package encoder

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"golive/capture"
	"golive/encoder/internal/av"
)

// AudioConfig says how to encode sound. Zero values: 48,000 Hz, 2 channels, 160,000 bit/s. Sound that comes at another
// rate, or in another number of channels, is converted.
type AudioConfig struct {
	Codec      Codec // AAC or Opus
	SampleRate int   // Hz: 44,100 or 48,000 for AAC, 48,000 for Opus
	Channels   int   // 1 or 2
	BitRate    int   // bit/s
}

// The bounds of the bit rate of sound, in bit/s.
const MinAudioBitRate, MaxAudioBitRate = 32_000, 512_000

// opusFrame is how much sound an Opus packet holds (RFC 6716 section 2.1.4): a delay that every browser takes.
const opusFrame = 20 * time.Millisecond

// An Audio encodes sound, for one goroutine at a time.
type Audio struct {
	name    string
	ctx     *astiav.CodecContext
	frame   *astiav.Frame
	packet  *astiav.Packet
	stream  *Stream
	convert *converter    // nil while sound comes as it is encoded
	pending []float32     // interleaved, less than a packet's worth
	next    int64         // the sample that pending begins with, counted from origin
	origin  time.Duration // the PTS of sample 0
	started bool
}

// NewAudio opens an encoder. The error is ErrNoEncoder.
func NewAudio(c AudioConfig) (*Audio, error) {
	if c.SampleRate == 0 {
		c.SampleRate = capture.SampleRate
	}
	if c.Channels == 0 {
		c.Channels = capture.Channels
	}
	if c.BitRate == 0 {
		c.BitRate = 160_000
	}
	name := map[Codec]string{AAC: "aac", Opus: "libopus"}[c.Codec]
	codec := astiav.FindEncoderByName(name)
	switch {
	case codec == nil:
		return nil, fmt.Errorf("%w for %s sound; there are aac and opus", ErrNoEncoder, c.Codec)
	case c.BitRate < MinAudioBitRate || c.BitRate > MaxAudioBitRate:
		return nil, fmt.Errorf("%w for sound of %d bit/s: from %d to %d", ErrNoEncoder, c.BitRate, MinAudioBitRate, MaxAudioBitRate)
	case c.Channels != 1 && c.Channels != 2:
		return nil, fmt.Errorf("%w for %d channels of sound: 1 or 2", ErrNoEncoder, c.Channels)
	}
	a := &Audio{name: name}
	if err := a.open(codec, c); err != nil {
		a.free()
		return nil, fmt.Errorf("%w: %s does not open for %d Hz, %d channels, %d bit/s: %w", ErrNoEncoder, name, c.SampleRate, c.Channels, c.BitRate, err)
	}
	return a, nil
}

func (a *Audio) open(codec *astiav.Codec, c AudioConfig) error {
	if a.ctx = astiav.AllocCodecContext(codec); a.ctx == nil {
		return errors.New("out of memory")
	}
	a.frame, a.packet = astiav.AllocFrame(), astiav.AllocPacket()
	layout, format := channelLayout(c.Channels), astiav.SampleFormatFltp
	options := astiav.NewDictionary()
	defer options.Free()
	if c.Codec == Opus {
		format = astiav.SampleFormatFlt
		// lowdelay leaves out the 4 ms that speech detection would look ahead.
		for k, v := range map[string]string{"application": "lowdelay", "frame_duration": fmt.Sprint(opusFrame.Milliseconds())} {
			if err := options.Set(k, v, 0); err != nil {
				return err
			}
		}
	}
	a.ctx.SetSampleRate(c.SampleRate)
	a.ctx.SetChannelLayout(layout)
	a.ctx.SetSampleFormat(format)
	a.ctx.SetBitRate(int64(c.BitRate))
	a.ctx.SetTimeBase(astiav.NewRational(1, c.SampleRate))
	a.ctx.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagGlobalHeader))
	if err := a.ctx.Open(codec, options); err != nil {
		return err
	}
	a.stream = &Stream{
		Codec: c.Codec, Extradata: slices.Clone(a.ctx.ExtraData()),
		SampleRate: c.SampleRate, Channels: c.Channels, BitRate: c.BitRate,
	}
	return nil
}

// Stream describes the packets.
func (a *Audio) Stream() *Stream { return a.stream }

// Encode takes sound that follows on what it had before, and returns the packets that are full. The time of the first
// frame counts; after it, samples do.
func (a *Audio) Encode(f *capture.AudioFrame) ([]*Packet, error) {
	if !a.started {
		a.origin, a.started = f.PTS, true
		if f.SampleRate != a.stream.SampleRate || f.Channels != a.stream.Channels {
			a.convert = newConverter(f.SampleRate, f.Channels, a.stream.SampleRate, a.stream.Channels)
		}
	}
	samples := f.Samples
	if a.convert != nil {
		var err error
		if samples, err = a.convert.run(f); err != nil {
			return nil, fmt.Errorf("%s: %w", a.name, err)
		}
	} else if f.SampleRate != a.stream.SampleRate || f.Channels != a.stream.Channels {
		return nil, fmt.Errorf("sound of %d Hz and %d channels after some of %d Hz and %d", f.SampleRate, f.Channels, a.stream.SampleRate, a.stream.Channels)
	}
	a.pending = append(a.pending, samples...)
	var packets []*Packet
	full := a.ctx.FrameSize() * a.stream.Channels
	for len(a.pending) >= full {
		p, err := a.send(a.pending[:full])
		a.pending = a.pending[:copy(a.pending, a.pending[full:])]
		packets = append(packets, p...)
		if err != nil {
			return packets, err
		}
	}
	return packets, nil
}

// Flush returns what is still inside, the last packet filled up with silence; the encoder takes no more sound.
func (a *Audio) Flush() ([]*Packet, error) {
	var packets []*Packet
	if n := len(a.pending); n > 0 {
		full := make([]float32, a.ctx.FrameSize()*a.stream.Channels)
		copy(full, a.pending)
		a.pending = nil
		p, err := a.send(full)
		if err != nil {
			return p, err
		}
		packets = p
	}
	if err := a.ctx.SendFrame(nil); err != nil {
		return packets, fmt.Errorf("%s: %w", a.name, err)
	}
	rest, err := a.receive()
	return append(packets, rest...), err
}

// send encodes one frame of interleaved samples.
func (a *Audio) send(samples []float32) ([]*Packet, error) {
	n := len(samples) / a.stream.Channels
	a.frame.SetNbSamples(n)
	a.frame.SetSampleFormat(a.ctx.SampleFormat())
	a.frame.SetChannelLayout(a.ctx.ChannelLayout())
	a.frame.SetSampleRate(a.stream.SampleRate)
	a.frame.SetPts(a.next)
	if err := a.frame.AllocBuffer(0); err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	a.fill(samples, n)
	a.next += int64(n)
	err := a.ctx.SendFrame(a.frame)
	a.frame.Unref()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	return a.receive()
}

// fill copies the samples into the frame, apart by channel where the encoder wants that.
func (a *Audio) fill(samples []float32, n int) {
	channels := a.stream.Channels
	if a.ctx.SampleFormat() == astiav.SampleFormatFlt {
		copy(av.FloatPlane(a.frame, 0, n*channels), samples)
		return
	}
	for c := range channels {
		plane := av.FloatPlane(a.frame, c, n)
		for i := range plane {
			plane[i] = samples[i*channels+c]
		}
	}
}

func (a *Audio) receive() ([]*Packet, error) {
	var packets []*Packet
	for {
		err := a.ctx.ReceivePacket(a.packet)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return packets, nil
		}
		if err != nil {
			return packets, fmt.Errorf("%s: %w", a.name, err)
		}
		rate := Rational{Num: a.stream.SampleRate, Den: 1}
		// The encoder's time stamp is that of what a decoder puts out: before zero while it is primed.
		pts := a.origin + capture.Duration(a.packet.Pts(), rate)
		packets = append(packets, &Packet{
			Stream: a.stream, PTS: pts, DTS: pts, Duration: capture.Duration(int64(a.ctx.FrameSize()), rate),
			Keyframe: true, Data: [][]byte{a.packet.Data()},
		})
		a.packet.Unref()
	}
}

// Close frees the encoder. It may be called twice.
func (a *Audio) Close() error {
	a.free()
	return nil
}

func (a *Audio) free() {
	if a.convert != nil {
		a.convert.close()
		a.convert = nil
	}
	if a.packet != nil {
		a.packet.Free()
		a.packet = nil
	}
	if a.frame != nil {
		a.frame.Free()
		a.frame = nil
	}
	if a.ctx != nil {
		a.ctx.Free()
		a.ctx = nil
	}
}
