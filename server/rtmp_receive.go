package server

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"golive/encoder"
)

var startCode = []byte{0, 0, 0, 1}

// A receiver turns the messages of one RTMP publisher into packets.
type receiver struct {
	reader     gortmplib.Reader
	streams    []*encoder.Stream
	pub        *Publication
	parameters [][]byte // newest SPS and PPS
	err        error    // of the last packet
}

// receive publishes what the reader reads, as the stream name, until it ends.
func (r *receiver) receive(s *Server, name string) error {
	for _, track := range r.reader.Tracks() {
		if err := r.take(track); err != nil {
			return err
		}
	}
	pub, err := s.Publish(name, r.streams, nil)
	if err != nil {
		return err
	}
	defer pub.Close()
	r.pub = pub
	for {
		if err := errors.Join(r.reader.Read(), r.err); err != nil {
			return err
		}
	}
}

// take begins to receive a track.
func (r *receiver) take(track *gortmplib.Track) error {
	st, err := streamOf(track)
	if err != nil {
		return err
	}
	kind := st.Codec.Video()
	if slices.ContainsFunc(r.streams, func(o *encoder.Stream) bool { return o.Codec.Video() == kind }) {
		return errors.New("there is more than one track of a kind: send one of video and one of audio")
	}
	r.streams = append(r.streams, st)
	sound := func(pts time.Duration, data []byte) {
		r.write(&encoder.Packet{Stream: st, PTS: pts, DTS: pts, Keyframe: true, Data: [][]byte{data}})
	}
	switch st.Codec {
	case encoder.H264:
		r.parameters = st.ParameterSets()
		r.reader.OnDataH264(track, func(pts, dts time.Duration, au [][]byte) { r.picture(st, pts, dts, au) })
	case encoder.AAC:
		r.reader.OnDataMPEG4Audio(track, sound)
	case encoder.Opus:
		r.reader.OnDataOpus(track, sound)
	}
	return nil
}

func (r *receiver) write(pkt *encoder.Packet) {
	if err := r.pub.WritePacket(pkt); err != nil && !errors.Is(err, errEmpty) {
		r.err = err
	}
}

// picture hands on an access unit; RTMP sends the parameter sets apart, where viewers who join later want them with
// every key frame.
func (r *receiver) picture(st *encoder.Stream, pts, dts time.Duration, au [][]byte) {
	var sets, rest [][]byte
	key := false
	for _, nal := range au {
		switch h264.NALUType(nal[0] & 0x1f) {
		case h264.NALUTypeSPS, h264.NALUTypePPS:
			sets = append(sets, nal)
			continue
		case h264.NALUTypeAccessUnitDelimiter:
			continue
		case h264.NALUTypeIDR:
			key = true
		}
		rest = append(rest, nal)
	}
	if len(sets) > 0 {
		r.parameters = sets
	}
	if len(rest) == 0 {
		return
	}
	if key {
		rest = slices.Concat(r.parameters, rest)
	}
	r.write(&encoder.Packet{Stream: st, PTS: pts, DTS: dts, Keyframe: key, Data: rest})
}

// streamOf describes a track, or says that it is not carried.
func streamOf(track *gortmplib.Track) (*encoder.Stream, error) {
	switch c := track.Codec.(type) {
	case *codecs.H264:
		sps, err := parameters(c)
		if err != nil {
			return nil, fmt.Errorf("h264: %w", err)
		}
		return &encoder.Stream{
			Codec: encoder.H264, Extradata: slices.Concat(startCode, c.SPS, startCode, c.PPS),
			Width: sps.Width(), Height: sps.Height(),
			FrameRate: encoder.Rational{Num: int(sps.FPS()*1000 + 0.5), Den: 1000},
		}, nil
	case *codecs.MPEG4Audio:
		config, err := c.Config.Marshal()
		if err != nil {
			return nil, fmt.Errorf("aac: %w", err)
		}
		return &encoder.Stream{
			Codec: encoder.AAC, Extradata: config, SampleRate: c.Config.SampleRate, Channels: int(c.Config.ChannelConfig),
		}, nil
	case *codecs.Opus:
		head, err := c.IDHeader.Marshal()
		if err != nil {
			return nil, fmt.Errorf("opus: %w", err)
		}
		return &encoder.Stream{
			Codec: encoder.Opus, Extradata: head, SampleRate: 48000, Channels: int(c.IDHeader.ChannelCount),
		}, nil
	}
	return nil, fmt.Errorf("codec %T is not carried: send H.264 with AAC or Opus", track.Codec)
}

// parameters parses the SPS, and refuses sets that cannot be told apart any more once they are joined by start codes:
// within a NAL unit there is none (ITU-T H.264 section 7.4.1.1).
func parameters(c *codecs.H264) (*h264.SPS, error) {
	var sps h264.SPS
	if err := sps.Unmarshal(c.SPS); err != nil {
		return nil, err
	}
	if len(c.PPS) == 0 || h264.NALUType(c.PPS[0]&0x1f) != h264.NALUTypePPS {
		return nil, errors.New("there is no picture parameter set")
	}
	if bytes.Contains(c.SPS, startCode[1:]) || bytes.Contains(c.PPS, startCode[1:]) {
		return nil, errors.New("a parameter set has a start code within")
	}
	return &sps, nil
}
