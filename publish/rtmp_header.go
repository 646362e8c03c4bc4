package publish

import (
	"errors"
	"fmt"
	"time"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"golive/encoder"
)

// rtmpHeader is the sequence header that announces another decoder configuration in the middle of a stream (FLV
// specification section E.4.3.1). gortmplib writes headers at the beginning only.
func rtmpHeader(s *encoder.Stream, dts time.Duration) (message.Message, error) {
	sps, pps := s.H264()
	if sps == nil || pps == nil {
		return nil, errors.New("the h264 stream has no parameter sets")
	}
	var parsed h264.SPS
	if err := parsed.Unmarshal(sps); err != nil {
		return nil, fmt.Errorf("h264 parameters: %w", err)
	}
	return &message.Video{
		ChunkStreamID: message.VideoChunkStreamID, MessageStreamID: mediaStream,
		Codec: message.CodecH264, IsKeyFrame: true, Type: message.VideoTypeConfig, DTS: dts,
		AVCConfig: &mp4.AVCDecoderConfiguration{
			AnyTypeBox:           mp4.AnyTypeBox{Type: mp4.BoxTypeAvcC()},
			ConfigurationVersion: 1, Profile: parsed.ProfileIdc, ProfileCompatibility: sps[2], Level: parsed.LevelIdc,
			Reserved: 0b111111, LengthSizeMinusOne: 3, Reserved2: 0b111, // lengths have four bytes
			NumOfSequenceParameterSets: 1, SequenceParameterSets: []mp4.AVCParameterSet{{Length: uint16(len(sps)), NALUnit: sps}},
			NumOfPictureParameterSets: 1, PictureParameterSets: []mp4.AVCParameterSet{{Length: uint16(len(pps)), NALUnit: pps}},
		},
	}, nil
}

// av1Header is the sequence header of Enhanced RTMP for AV1.
func av1Header(s *encoder.Stream) (message.Message, error) {
	var h av1.SequenceHeader
	if err := h.Unmarshal(s.Extradata); err != nil {
		return nil, fmt.Errorf("av1 parameters: %w", err)
	}
	sized, err := av1.Bitstream{s.Extradata}.Marshal()
	if err != nil {
		return nil, fmt.Errorf("av1 parameters: %w", err)
	}
	c := &mp4.Av1C{
		Marker: 1, Version: 1, SeqProfile: h.SeqProfile, ConfigOBUs: sized,
		HighBitdepth: bit(h.ColorConfig.HighBitDepth), TwelveBit: bit(h.ColorConfig.TwelveBit), Monochrome: bit(h.ColorConfig.MonoChrome),
		ChromaSubsamplingX: bit(h.ColorConfig.SubsamplingX), ChromaSubsamplingY: bit(h.ColorConfig.SubsamplingY),
		ChromaSamplePosition: uint8(h.ColorConfig.ChromaSamplePosition),
	}
	if len(h.SeqLevelIdx) > 0 {
		c.SeqLevelIdx0, c.SeqTier0 = h.SeqLevelIdx[0], bit(h.SeqTier[0])
	}
	return &message.VideoExSequenceStart{
		ChunkStreamID: message.VideoChunkStreamID, MessageStreamID: mediaStream, FourCC: message.FourCCAV1, AV1Config: c,
	}, nil
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
