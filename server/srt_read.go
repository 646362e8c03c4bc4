package server

import (
	"slices"

	srt "github.com/datarhei/gosrt"

	"golive/encoder"
	"golive/recording"
)

// An srtViewer plays a stream to one SRT client: srt://host:8890?streamid=read:{stream}.
type srtViewer struct {
	conn   srt.Conn
	tap    *tap
	stream *recording.TransportStream // nil before the first picture
}

func (v *srtViewer) write(pkt *encoder.Packet) error {
	if pkt.Stream.Codec.Video() && v.stream == nil {
		var err error
		if v.stream, err = recording.NewTransportStream(payloads{v.conn}, v.tap.streams(pkt.Stream)); err != nil {
			return err
		}
	}
	if v.stream == nil {
		return nil // sound ahead of the first picture
	}
	return v.stream.WritePacket(pkt)
}

// payloads cuts a transport stream into what fits a packet.
type payloads struct{ conn srt.Conn }

// Write implements io.Writer.
func (p payloads) Write(b []byte) (int, error) {
	n := 0
	for piece := range slices.Chunk(b, srtPayload) {
		sent, err := p.conn.Write(piece)
		if n += sent; err != nil {
			return n, err
		}
	}
	return n, nil
}
