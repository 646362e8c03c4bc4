package encoder

import (
	"errors"
	"slices"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/av1"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
)

// A role is what a NAL unit or OBU is for.
type role int

const (
	extra     role = iota // something that may stand anywhere
	parameter             // configures the decoder
	delimiter             // marks where a picture begins, which packets tell already
	picture               // has a part of the picture in it
)

// roleOf tells NAL units (ITU-T H.264 table 7-1, H.265 table 7-1) and OBUs (AV1 section 6.2.2) apart.
func roleOf(codec Codec, unit []byte) role {
	if len(unit) == 0 {
		return delimiter
	}
	switch codec {
	case H264:
		switch t := h264.NALUType(unit[0] & 0x1f); {
		case t == h264.NALUTypeSPS || t == h264.NALUTypePPS:
			return parameter
		case t == h264.NALUTypeAccessUnitDelimiter:
			return delimiter
		case t >= h264.NALUTypeNonIDR && t <= h264.NALUTypeIDR:
			return picture
		}
	case HEVC:
		switch t := h265.NALUType(unit[0] >> 1 & 0x3f); {
		case t == h265.NALUType_VPS_NUT || t == h265.NALUType_SPS_NUT || t == h265.NALUType_PPS_NUT:
			return parameter
		case t == h265.NALUType_AUD_NUT:
			return delimiter
		case t < h265.NALUType_VPS_NUT:
			return picture
		}
	case AV1:
		const padding = 15
		switch t := av1.OBUType(unit[0] >> 3 & 0xf); t {
		case av1.OBUTypeSequenceHeader:
			return parameter
		case av1.OBUTypeTemporalDelimiter, padding:
			return delimiter
		case metadata:
			return extra
		default:
			return picture
		}
	}
	return extra
}

// units takes a packet of FFmpeg's apart. NAL units alias b; OBUs come without their sizes.
func units(codec Codec, b []byte) ([][]byte, error) {
	if codec != AV1 {
		return splitAnnexB(b), nil
	}
	var obus av1.Bitstream
	if len(b) == 0 {
		return nil, errors.New("no data")
	}
	err := obus.Unmarshal(b)
	return obus, err
}

// split returns what a packet keeps of its units: neither delimiters nor parameters, which every key frame gets anyway.
func split(codec Codec, b []byte) ([][]byte, error) {
	list, err := units(codec, b)
	return slices.DeleteFunc(list, func(u []byte) bool {
		r := roleOf(codec, u)
		return r == delimiter || r == parameter
	}), err
}

// Sift tells the parameter sets, or the sequence header, among the units of a picture from the rest, which is without
// delimiters, and says whether decoding can begin with it.
func Sift(codec Codec, units [][]byte) (sets, rest [][]byte, key bool) {
	for _, u := range units {
		switch roleOf(codec, u) {
		case parameter:
			sets = append(sets, u)
		case picture, extra:
			rest = append(rest, u)
		}
	}
	switch codec {
	case H264:
		key = h264.IsRandomAccess(rest)
	case HEVC:
		key = h265.IsRandomAccess(rest)
	case AV1: // a sequence header stands before key frames alone
		key = len(sets) > 0
	}
	return sets, rest, key && len(rest) > 0
}

// parameters returns what of an encoder's extradata configures a decoder, as Stream.Extradata has it and as units.
func parameters(codec Codec, extradata []byte) (joined []byte, sets [][]byte, err error) {
	list, err := units(codec, extradata)
	if err != nil {
		return nil, nil, err
	}
	for _, u := range list {
		if roleOf(codec, u) != parameter {
			continue
		}
		u = slices.Clone(u)
		sets = append(sets, u)
		if codec != AV1 {
			joined = append(joined, 0, 0, 0, 1)
		}
		joined = append(joined, u...)
	}
	if sets == nil {
		return nil, nil, errors.New("it does not say how to decode it")
	}
	return joined, sets, nil
}
