package publish

import (
	"errors"
	"fmt"
	"time"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/gortmplib/pkg/message"
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
