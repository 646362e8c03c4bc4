package recording

import (
	"bytes"
	"os"
	"time"

	"golive/encoder"
)

// A tsFile is a TransportStream in a file. It needs no end, and may be cut anywhere.
type tsFile struct {
	out     bytes.Buffer
	stream  *TransportStream
	cadence cadence
}

func newTS(streams []*encoder.Stream) (*tsFile, error) {
	f := &tsFile{}
	var err error
	f.stream, err = NewTransportStream(&f.out, streams)
	return f, err
}

func (f *tsFile) header() ([]byte, error) { return nil, nil } // it repeats all through the stream

func (f *tsFile) begin(origin time.Duration) { f.stream.origin, f.cadence.start = origin, origin }

func (f *tsFile) add(p *encoder.Packet) (piece []byte, err error) {
	if f.cadence.ends(p) {
		piece, _ = f.rest() // which has no error
	}
	if err := f.stream.WritePacket(p); err != nil {
		return nil, err
	}
	return piece, nil
}

func (f *tsFile) rest() ([]byte, error) {
	piece := bytes.Clone(f.out.Bytes())
	f.out.Reset()
	return piece, nil
}

func (f *tsFile) wrote([]byte) error { return nil }

func (f *tsFile) finish(*os.File, []chapter) error { return nil } // it cannot hold chapters
