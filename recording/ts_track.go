package recording

import (
	"fmt"

	"github.com/asticode/go-astits"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts/substructs"

	"golive/encoder"
)

// firstPID is the packet identifier of the first stream, which carries the clock.
const firstPID = 256

// The stream ids of PES packets (ISO 13818-1 table 2-22).
const (
	videoID   = 0xe0
	audioID   = 0xc0
	privateID = 0xbd
)

// A tsTrack is a stream in a transport stream.
type tsTrack struct {
	stream   *encoder.Stream
	pid      uint16
	streamID uint8
	kind     astits.StreamType
	aac      mpeg4audio.AudioSpecificConfig
}

func newTSTrack(s *encoder.Stream, pid uint16) (*tsTrack, error) {
	t := &tsTrack{stream: s, pid: pid}
	switch s.Codec {
	case encoder.H264:
		t.kind, t.streamID = astits.StreamTypeH264Video, videoID
	case encoder.HEVC:
		t.kind, t.streamID = astits.StreamTypeH265Video, videoID
	case encoder.AAC:
		t.kind, t.streamID = astits.StreamTypeAACAudio, audioID
		if err := t.aac.Unmarshal(s.Extradata); err != nil {
			return nil, fmt.Errorf("the aac stream has no valid configuration: %w", err)
		}
	case encoder.Opus:
		t.kind, t.streamID = astits.StreamTypePrivateData, privateID
	default:
		return nil, fmt.Errorf("MPEG-TS does not hold %s; h264, hevc, aac and opus it does", s.Codec)
	}
	return t, nil
}

// entry describes the track in the table of the stream.
func (t *tsTrack) entry() astits.PMTElementaryStream {
	e := astits.PMTElementaryStream{ElementaryPID: t.pid, StreamType: t.kind}
	if t.stream.Codec != encoder.Opus {
		return e
	}
	// ETSI TS Opus 0.1.3, section 4: a registration, and the configuration of the channels.
	const opus, opusExtension = 'O'<<24 | 'p'<<16 | 'u'<<8 | 's', 0x80
	channels := []byte{byte(t.stream.Channels)}
	e.ElementaryStreamDescriptors = []*astits.Descriptor{
		{Tag: astits.DescriptorTagRegistration, Length: 4, Registration: &astits.DescriptorRegistration{FormatIdentifier: opus}},
		{Tag: astits.DescriptorTagExtension, Length: 2, Extension: &astits.DescriptorExtension{Tag: opusExtension, Unknown: &channels}},
	}
	return e
}

// payload returns a packet as it is in the stream.
func (t *tsTrack) payload(p *encoder.Packet) ([]byte, error) {
	switch t.stream.Codec {
	case encoder.AAC:
		frames := make(mpeg4audio.ADTSPackets, len(p.Data))
		for i, frame := range p.Data {
			frames[i] = &mpeg4audio.ADTSPacket{
				Type: t.aac.Type, SampleRate: t.aac.SampleRate, ChannelConfig: t.aac.ChannelConfig, AU: frame,
			}
		}
		return frames.Marshal()
	case encoder.Opus:
		return opusUnits(p.Data)
	}
	return h264.AnnexB(withDelimiter(p)).Marshal()
}

// opusUnits puts a control header before each frame.
func opusUnits(frames [][]byte) ([]byte, error) {
	var b []byte
	for _, frame := range frames {
		unit := substructs.OpusAccessUnit{ControlHeader: substructs.OpusControlHeader{PayloadSize: len(frame)}, Packet: frame}
		at := len(b)
		b = append(b, make([]byte, unit.MarshalSize())...)
		if _, err := unit.MarshalTo(b[at:]); err != nil {
			return nil, err
		}
	}
	return b, nil
}
