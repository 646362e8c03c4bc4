package server

import (
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/encoder"
)

// An rtmpViewer plays a stream to one RTMP client: rtmp://host:1935/live/{stream}.
type rtmpViewer struct {
	conn   *gortmplib.ServerConn
	tap    *tap
	origin time.Duration // DTS of the first packet

	pictures *encoder.Stream // what the client was told of
	writer   *gortmplib.Writer
	video    *gortmplib.Track
	audio    *gortmplib.Track // nil when there is no sound
}

func (v *rtmpViewer) write(pkt *encoder.Packet) error {
	if pkt.Stream.Codec.Video() && pkt.Stream != v.pictures {
		if v.writer == nil {
			v.origin = pkt.DTS
		}
		if err := v.announce(pkt.Stream); err != nil {
			return err
		}
	}
	pts, dts := pkt.PTS-v.origin, pkt.DTS-v.origin
	switch {
	case v.writer == nil, dts < 0: // sound ahead of the first picture
		return nil
	case pkt.Stream.Codec.Video():
		return v.writer.WriteH264(v.video, pts, dts, pkt.Data)
	}
	return v.writer.WriteMPEG4Audio(v.audio, pts, pkt.Data[0])
}

// announce writes the metadata and the headers, at the beginning and whenever there are pictures of another kind.
func (v *rtmpViewer) announce(pictures *encoder.Stream) error {
	sps, pps := pictures.H264()
	v.pictures, v.video = pictures, &gortmplib.Track{Codec: &codecs.H264{SPS: sps, PPS: pps}}
	v.writer = &gortmplib.Writer{Conn: v.conn, Tracks: []*gortmplib.Track{v.video}}
	if v.tap.sound != nil {
		config := &mpeg4audio.AudioSpecificConfig{}
		if err := config.Unmarshal(v.tap.sound.Extradata); err != nil {
			return err
		}
		v.audio = &gortmplib.Track{Codec: &codecs.MPEG4Audio{Config: config}}
		v.writer.Tracks = append(v.writer.Tracks, v.audio)
	}
	return v.writer.Initialize()
}
