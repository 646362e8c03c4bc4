package encoder

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

	"golive/capture"
	"golive/encoder/internal/av"
)

// maxSoundPacket is what a packet of sound may have, in bytes: eight channels of AAC at most (ISO 14496-3 section
// 4.5.3.1), and more than any of Opus.
const maxSoundPacket = 8 * 768

// A SoundDecoder turns packets of AAC or Opus back into sound, for one goroutine at a time. They may come from anybody:
// what it cannot make sense of is an error, and it goes on with the next.
type SoundDecoder struct {
	codec    Codec
	channels int // 1, or 2 for everything else
	ctx      *astiav.CodecContext
	packet   *astiav.Packet
	in, out  *astiav.Frame
	convert  *astiav.SoftwareResampleContext
}

// Log sends FFmpeg's warnings and errors to l from now on: FFmpeg has one log for the whole process.
func Log(l *slog.Logger) { av.Log(l) }

// NewSoundDecoder opens a decoder for the packets of a stream of AAC or Opus.
func NewSoundDecoder(s *Stream) (*SoundDecoder, error) {
	name := map[Codec]string{AAC: "aac", Opus: "opus"}[s.Codec]
	codec := astiav.FindDecoderByName(name)
	if codec == nil {
		return nil, fmt.Errorf("there is no decoder for %s sound", s.Codec)
	}
	d := &SoundDecoder{codec: s.Codec, channels: min(max(s.Channels, 1), 2)}
	if s.Channels == 0 { // AAC that lists its speakers itself
		d.channels = 2
	}
	if err := d.open(codec, s); err != nil {
		d.Close()
		return nil, fmt.Errorf("%s sound cannot be decoded: %w", s.Codec, err)
	}
	return d, nil
}

func (d *SoundDecoder) open(codec *astiav.Codec, s *Stream) error {
	if d.ctx = astiav.AllocCodecContext(codec); d.ctx == nil {
		return errors.New("out of memory")
	}
	d.packet, d.in, d.out = astiav.AllocPacket(), astiav.AllocFrame(), astiav.AllocFrame()
	d.convert = astiav.AllocSoftwareResampleContext()
	d.ctx.SetSampleRate(s.SampleRate)
	d.ctx.SetChannelLayout(channelLayout(d.channels))
	if err := d.ctx.SetExtraData(s.Extradata); err != nil {
		return err
	}
	return d.ctx.Open(codec, nil)
}

// Decode returns the sound of a packet, in one or two channels, at the time of the packet.
func (d *SoundDecoder) Decode(p *Packet) ([]*capture.AudioFrame, error) {
	if len(p.Data) != 1 || len(p.Data[0]) == 0 || len(p.Data[0]) > maxSoundPacket {
		return nil, fmt.Errorf("a packet of %s with %d bytes", d.codec, p.Size())
	}
	if err := d.packet.FromData(p.Data[0]); err != nil {
		return nil, fmt.Errorf("%s: %w", d.codec, err)
	}
	d.packet.SetPts(int64(p.PTS))
	err := d.ctx.SendPacket(d.packet)
	d.packet.Unref()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.codec, err)
	}
	var frames []*capture.AudioFrame
	for {
		err := d.ctx.ReceiveFrame(d.in)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return frames, nil
		}
		if err != nil {
			return frames, fmt.Errorf("%s: %w", d.codec, err)
		}
		f, err := d.interleave()
		d.in.Unref()
		if err != nil {
			return frames, fmt.Errorf("%s: %w", d.codec, err)
		}
		frames = append(frames, f)
	}
}

// interleave returns the decoded frame as sound has it here, mixed down to at most two channels.
func (d *SoundDecoder) interleave() (*capture.AudioFrame, error) {
	defer d.out.Unref()
	rate := d.in.SampleRate()
	d.out.SetSampleFormat(astiav.SampleFormatFlt)
	d.out.SetSampleRate(rate)
	d.out.SetChannelLayout(channelLayout(d.channels))
	if d.convert.ConvertFrame(d.in, d.out) != nil { // perhaps the publisher has changed its sound
		d.convert.Free()
		d.convert = astiav.AllocSoftwareResampleContext()
		if err := d.convert.ConvertFrame(d.in, d.out); err != nil {
			return nil, err
		}
	}
	return &capture.AudioFrame{
		PTS: time.Duration(d.in.Pts()), SampleRate: rate, Channels: d.channels,
		Samples: slices.Clone(av.FloatPlane(d.out, 0, d.out.NbSamples()*d.channels)),
	}, nil
}

// Close frees the decoder. It may be called twice.
func (d *SoundDecoder) Close() {
	if d.convert != nil {
		d.convert.Free()
	}
	for _, f := range []*astiav.Frame{d.in, d.out} {
		if f != nil {
			f.Free()
		}
	}
	if d.packet != nil {
		d.packet.Free()
	}
	if d.ctx != nil {
		d.ctx.Free()
	}
	*d = SoundDecoder{codec: d.codec, channels: d.channels}
}
