// Package intake makes packets of what one publisher sends: messages of RTMP, an MPEG transport stream, or RTP. It bounds
// and checks what comes, and describes the tracks as encoders of our own would.
package intake

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"golive/encoder"
)

var (
	startCode = []byte{0, 0, 0, 1}

	// ErrNoPicture is returned for a publisher of sound alone.
	ErrNoPicture = errors.New("there is no video")

	errKinds = errors.New("there is more than one track of a kind: send one of video and one of audio")
)

// A Writer takes the packets of a stream.
type Writer interface {
	WritePacket(*encoder.Packet) error
}

// An Intake makes packets of what one publisher sends. Where the parameter sets of the pictures come with them, the stream
// begins with the first key frame.
type Intake struct {
	publish func([]*encoder.Stream) (Writer, error)

	streams    []*encoder.Stream
	parameters [][]byte // newest parameter sets, or sequence header
	out        Writer   // nil before the stream has begun
}

// New returns one without tracks. publish is called when it is known what comes.
func New(publish func([]*encoder.Stream) (Writer, error)) *Intake {
	return &Intake{publish: publish}
}

// Add announces a track. A stream of pictures without Extradata is one whose parameter sets come with its pictures.
func (in *Intake) Add(st *encoder.Stream) error {
	kind := st.Codec.Video()
	if slices.ContainsFunc(in.streams, func(o *encoder.Stream) bool { return o.Codec.Video() == kind }) {
		return errKinds
	}
	in.streams = append(in.streams, st)
	if kind {
		in.parameters = st.ParameterSets()
	}
	return nil
}

// carries says whether there is a track of pictures or of sound.
func (in *Intake) carries(video bool) bool {
	return slices.ContainsFunc(in.streams, func(st *encoder.Stream) bool { return st.Codec.Video() == video })
}

// begin begins the stream.
func (in *Intake) begin() (err error) {
	in.out, err = in.publish(in.streams)
	return err
}

// sound hands on a frame of sound; before the stream has begun, it is left out.
func (in *Intake) sound(st *encoder.Stream, pts time.Duration, data []byte) error {
	if in.out == nil || len(data) == 0 {
		return nil
	}
	return in.out.WritePacket(&encoder.Packet{Stream: st, PTS: pts, DTS: pts, Keyframe: true, Data: [][]byte{data}})
}

// Picture hands on an access unit. The parameter sets, which may come apart from it, go with every key frame: viewers
// who join later want them there.
func (in *Intake) Picture(pts, dts time.Duration, au [][]byte) error {
	sets, rest, key := encoder.Sift(in.pictures().Codec, au)
	if len(sets) > 0 {
		in.parameters = sets
	}
	if len(rest) == 0 {
		return nil
	}
	if key {
		if err := in.configure(); err != nil {
			return err
		}
		rest = slices.Concat(in.parameters, rest)
	}
	if in.out == nil {
		return nil
	}
	return in.out.WritePacket(&encoder.Packet{Stream: in.pictures(), PTS: pts, DTS: dts, Keyframe: key, Data: rest})
}

// pictures returns the track of pictures. There must be one.
func (in *Intake) pictures() *encoder.Stream {
	return in.streams[slices.IndexFunc(in.streams, func(st *encoder.Stream) bool { return st.Codec.Video() })]
}

// configure follows the parameter sets that a key frame comes with: the first begin the stream, others describe
// pictures of another size or kind.
func (in *Intake) configure() error {
	if len(in.parameters) == 0 {
		return nil // perhaps the next one has some
	}
	if now := in.pictures(); !slices.EqualFunc(now.ParameterSets(), in.parameters, bytes.Equal) {
		next, err := Describe(now.Codec, in.parameters)
		if err != nil {
			return err
		}
		in.streams[slices.Index(in.streams, now)] = next
	}
	if in.out != nil {
		return nil
	}
	return in.begin()
}
