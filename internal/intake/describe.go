package intake

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/encoder"
	"golive/internal/fanout"
)

// Describe returns the stream that these parameter sets, or this sequence header, belong to.
func Describe(codec encoder.Codec, sets [][]byte) (*encoder.Stream, error) {
	switch codec {
	case encoder.HEVC:
		return describeHEVC(sets)
	case encoder.AV1:
		return describeAV1(sets)
	}
	return describeH264(sets)
}

func describeHEVC(sets [][]byte) (*encoder.Stream, error) {
	st := &encoder.Stream{Codec: encoder.HEVC}
	kinds := map[h265.NALUType]bool{}
	for _, nal := range sets {
		if bytes.Contains(nal, startCode[1:]) {
			return nil, errors.New("hevc: a parameter set has a start code within")
		}
		kind := h265.NALUType(nal[0] >> 1 & 0x3f)
		kinds[kind] = true
		st.Extradata = slices.Concat(st.Extradata, startCode, nal)
		if kind != h265.NALUType_SPS_NUT {
			continue
		}
		var sps h265.SPS
		if err := sps.Unmarshal(nal); err != nil {
			return nil, fmt.Errorf("hevc: %w", err)
		}
		st.Width, st.Height = sps.Width(), sps.Height()
		st.FrameRate = encoder.Rational{Num: int(sps.FPS()*1000 + 0.5), Den: 1000}
	}
	if len(kinds) != 3 {
		return nil, errors.New("hevc: the parameter sets are not complete")
	}
	return st, nil
}

func describeAV1(sets [][]byte) (*encoder.Stream, error) {
	var header av1.SequenceHeader
	if err := header.Unmarshal(sets[0]); err != nil {
		return nil, fmt.Errorf("av1: %w", err)
	}
	return &encoder.Stream{Codec: encoder.AV1, Extradata: sets[0], Width: header.Width(), Height: header.Height()}, nil
}

// describeH264 returns the stream that these parameter sets belong to. It refuses sets that cannot be told apart any
// more once they are joined by start codes: within a NAL unit there is none (ITU-T H.264 section 7.4.1.1).
func describeH264(sets [][]byte) (*encoder.Stream, error) {
	st := &encoder.Stream{Codec: encoder.H264}
	for _, nal := range sets {
		if bytes.Contains(nal, startCode[1:]) {
			return nil, errors.New("h264: a parameter set has a start code within")
		}
		st.Extradata = slices.Concat(st.Extradata, startCode, nal)
	}
	sequence, picture := st.H264()
	var sps h264.SPS
	if err := sps.Unmarshal(sequence); err != nil {
		return nil, fmt.Errorf("h264: %w", err)
	}
	if picture == nil {
		return nil, errors.New("h264: there is no picture parameter set")
	}
	st.Width, st.Height = sps.Width(), sps.Height()
	st.FrameRate = encoder.Rational{Num: int(sps.FPS()*1000 + 0.5), Den: 1000}
	return st, nil
}

// DescribeOpus returns a stream of Opus in as many channels.
func DescribeOpus(channels int) (*encoder.Stream, error) {
	if channels != 1 && channels != 2 {
		return nil, fmt.Errorf("opus sound of %d channels is not carried: send one or two", channels)
	}
	head := append([]byte("OpusHead\x01"), byte(channels), 0, 0) // RFC 7845 section 5.1; no pre-skip
	head = binary.LittleEndian.AppendUint32(head, uint32(fanout.AudioClock.Num))
	return &encoder.Stream{
		Codec: encoder.Opus, Extradata: append(head, 0, 0, 0), SampleRate: fanout.AudioClock.Num, Channels: channels,
	}, nil
}

// describeAAC returns a stream of AAC.
func describeAAC(c *mpeg4audio.AudioSpecificConfig) (*encoder.Stream, error) {
	extradata, err := c.Marshal()
	if err != nil {
		return nil, fmt.Errorf("aac: %w", err)
	}
	return &encoder.Stream{
		Codec: encoder.AAC, Extradata: extradata, SampleRate: c.SampleRate, Channels: int(c.ChannelConfig),
	}, nil
}
