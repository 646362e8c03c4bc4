package recording

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4/codecs"

	"golive/capture"
	"golive/encoder"
)

// A track collects the samples of one stream for the next fragment.
type track struct {
	fmp4.InitTrack
	stream  *encoder.Stream
	base    uint64 // decode time of the first sample
	samples []*fmp4.Sample
	pending *encoder.Packet // its successor tells how long it lasts
}

// configure sets the time scale and the decoder's configuration.
func (t *track) configure() error {
	switch t.stream.Codec {
	case encoder.H264:
		c := &codecs.H264{}
		if c.SPS, c.PPS = t.stream.H264(); c.SPS == nil || c.PPS == nil {
			return errors.New("the h264 stream has no parameter sets")
		}
		t.TimeScale, t.Codec = 90000, c
	case encoder.AAC:
		c := &codecs.MPEG4Audio{}
		if err := c.Config.Unmarshal(t.stream.Extradata); err != nil {
			return fmt.Errorf("the aac stream has no valid configuration: %w", err)
		}
		if c.Config.Type != mpeg4audio.ObjectTypeAACLC {
			return fmt.Errorf("aac object type %d cannot be recorded; use AAC-LC", c.Config.Type)
		}
		t.TimeScale, t.Codec = uint32(t.stream.SampleRate), c
	case encoder.HEVC:
		c, err := hevcConfig(t.stream)
		if err != nil {
			return err
		}
		t.TimeScale, t.Codec = 90000, c
	case encoder.AV1:
		t.TimeScale, t.Codec = 90000, &codecs.AV1{SequenceHeader: t.stream.Extradata}
	default:
		return cannotRecord(t.stream.Codec)
	}
	if t.TimeScale == 0 {
		return fmt.Errorf("the %s stream has no sample rate", t.stream.Codec)
	}
	return nil
}

func hevcConfig(s *encoder.Stream) (*codecs.H265, error) {
	vps, sps, pps := s.H265()
	if vps == nil || sps == nil || pps == nil {
		return nil, errors.New("the hevc stream has no parameter sets")
	}
	return &codecs.H265{VPS: vps, SPS: sps, PPS: pps}, nil
}

func (t *track) add(p *encoder.Packet, origin time.Duration) error {
	if t.pending != nil {
		if err := t.finish(p.DTS, origin); err != nil {
			return err
		}
	}
	t.pending = p
	return nil
}

// finish makes a sample of the pending packet, which lasts until end.
func (t *track) finish(end, origin time.Duration) error {
	p := t.pending
	t.pending = nil
	begin, until := t.ticks(p.DTS-origin), t.ticks(end-origin)
	if until < begin {
		return fmt.Errorf("%s packets out of order: %v after %v", t.stream.Codec, end, p.DTS)
	}
	payload, err := sample(p, p.Stream != t.stream)
	if err != nil {
		return err
	}
	if len(t.samples) == 0 {
		t.base = uint64(begin)
	}
	t.samples = append(t.samples, &fmp4.Sample{
		Duration:        uint32(until - begin),
		PTSOffset:       int32(t.ticks(p.PTS-origin) - begin),
		IsNonSyncSample: !p.Keyframe,
		Payload:         payload,
	})
	return nil
}

func (t *track) ticks(d time.Duration) int64 {
	return capture.Ticks(d, capture.Rational{Num: int(t.TimeScale), Den: 1})
}

// sample returns the payload of p as MP4 holds it: NAL units behind their lengths, without the parameter sets and
// delimiters, which have their place in the header (ISO 14496-15). A stream that is changed since the header was written
// keeps its parameter sets, which decoders then take from there.
func sample(p *encoder.Packet, changed bool) ([]byte, error) {
	switch p.Stream.Codec {
	case encoder.AV1:
		return av1.Bitstream(p.Data).Marshal()
	case encoder.H264, encoder.HEVC:
	default:
		return slices.Concat(p.Data...), nil
	}
	var au h264.AVCC
	for _, nal := range p.Data {
		if len(nal) > 0 && (changed || !inHeader(p.Stream.Codec, nal)) {
			au = append(au, nal)
		}
	}
	return au.Marshal()
}

// inHeader says whether a NAL unit has its place in the file's header, or none.
func inHeader(codec encoder.Codec, nal []byte) bool {
	if codec == encoder.HEVC {
		switch h265.NALUType(nal[0] >> 1 & 0x3f) {
		case h265.NALUType_VPS_NUT, h265.NALUType_SPS_NUT, h265.NALUType_PPS_NUT, h265.NALUType_AUD_NUT:
			return true
		}
		return false
	}
	switch h264.NALUType(nal[0] & 0x1f) {
	case h264.NALUTypeSPS, h264.NALUTypePPS, h264.NALUTypeAccessUnitDelimiter:
		return true
	}
	return false
}

// carries says whether the track of one stream can take the packets of another: its own, and pictures of the same codec,
// as an encoder that was opened anew has a new stream.
func carries(track, s *encoder.Stream) bool {
	return track == s || s.Codec.Video() && track.Codec == s.Codec
}

func cannotRecord(c encoder.Codec) error {
	return fmt.Errorf("%s cannot be recorded; h264, hevc, av1 and aac can", c)
}
