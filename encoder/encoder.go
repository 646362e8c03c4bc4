// Package encoder turns frames into packets with FFmpeg. In go capture.VideoFrames and capture.AudioFrames, out come
// Packets that every output shares. One table says which encoders there are and how our settings map to theirs.
package encoder

import (
	"errors"
	"time"

	"golive/capture"
)

// A Codec is a coding format, by FFmpeg's name.
type Codec string

// The codecs.
const (
	H264 Codec = "h264"
	HEVC Codec = "hevc"
	AV1  Codec = "av1"
	AAC  Codec = "aac"
	Opus Codec = "opus"
)

// Video says whether c codes pictures.
func (c Codec) Video() bool { return c == H264 || c == HEVC || c == AV1 }

// ErrNoEncoder is returned when no encoder works for what was asked.
var ErrNoEncoder = errors.New("no working encoder")

// Rational is a fraction, such as a frame rate.
type Rational = capture.Rational

// A Stream describes what its Packets carry. It is immutable.
type Stream struct {
	Codec Codec
	// Extradata is the decoder's configuration: the parameter sets with start codes (H.264, HEVC), a sequence header OBU
	// without its size (AV1), an AudioSpecificConfig (AAC, ISO 14496-3), an OpusHead (RFC 7845 section 5.1).
	Extradata  []byte
	Width      int // pixels
	Height     int // pixels
	FrameRate  Rational
	SampleRate int // Hz
	Channels   int
	BitRate    int // bit/s, as asked for
}

// A Packet is one coded picture or stretch of sound. It is immutable and shared by all outputs. From a key frame on,
// pictures may have another Stream than those before it: one of the same codec, with another Extradata.
type Packet struct {
	Stream   *Stream
	PTS      time.Duration // on the broadcast's clock
	DTS      time.Duration
	Duration time.Duration
	Keyframe bool // decoding can begin here; true for sound
	// Captured is the time of day the picture was taken, the zero time for one that came over a network.
	Captured time.Time
	// Submitted is the time of day the encoder was given the picture, or the zero time.
	Submitted time.Time
	// Data holds NAL units without start codes or OBUs without sizes, a key frame's beginning with its parameter sets or
	// sequence header; or one audio frame.
	Data [][]byte
}

// Size returns the number of bytes in Data.
func (p *Packet) Size() int {
	n := 0
	for _, d := range p.Data {
		n += len(d)
	}
	return n
}

// AnnexB returns the NAL units of H.264 or HEVC joined, each behind a start code (annex B of both): what FFmpeg and
// MPEG-TS want.
func (p *Packet) AnnexB() []byte {
	b := make([]byte, 0, p.Size()+4*len(p.Data))
	for _, d := range p.Data {
		b = append(append(b, 0, 0, 0, 1), d...)
	}
	return b
}

// ParameterSets returns the parameter sets of an H.264 or HEVC stream without start codes, in the order of Extradata, or
// the sequence header of an AV1 stream.
func (s *Stream) ParameterSets() [][]byte {
	if s.Codec == AV1 {
		return [][]byte{s.Extradata}
	}
	return splitAnnexB(s.Extradata)
}

// The types of NAL unit that matter here (ITU-T H.264 table 7-1).
const (
	nalSPS = 7
	nalPPS = 8

	hevcVPS = 32 // ITU-T H.265 table 7-1
	hevcSPS = 33
	hevcPPS = 34
)

func nalType(nal []byte) byte { return nal[0] & 0x1f }

// H264 returns the first SPS and the first PPS of an H.264 stream, nil where there is none.
func (s *Stream) H264() (sps, pps []byte) {
	for _, nal := range s.ParameterSets() {
		switch {
		case nalType(nal) == nalSPS && sps == nil:
			sps = nal
		case nalType(nal) == nalPPS && pps == nil:
			pps = nal
		}
	}
	return sps, pps
}

// H265 returns the last VPS, SPS and PPS of an HEVC stream, nil where there is none.
func (s *Stream) H265() (vps, sps, pps []byte) {
	for _, nal := range s.ParameterSets() {
		switch nal[0] >> 1 & 0x3f {
		case hevcVPS:
			vps = nal
		case hevcSPS:
			sps = nal
		case hevcPPS:
			pps = nal
		}
	}
	return vps, sps, pps
}

// splitAnnexB returns the NAL units of b without start codes, leaving out empty ones. They alias b.
func splitAnnexB(b []byte) [][]byte {
	var nals [][]byte
	add := func(nal []byte) {
		if nal = trimZeros(nal); len(nal) > 0 {
			nals = append(nals, nal)
		}
	}
	start := -1
	for i := 0; i+2 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 {
			continue
		}
		if start >= 0 {
			add(b[start:i])
		}
		start = i + 3
		i += 2
	}
	if start >= 0 {
		add(b[start:])
	}
	return nals
}

// trimZeros cuts the zero byte that belongs to the next, four-byte start code. A NAL unit itself never ends in one
// (ITU-T H.264 section 7.4.1).
func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return b
}
