package server

import (
	"bytes"
	"errors"
	"net"
	"slices"
	"time"

	"golive/encoder"
)

var (
	startCode = []byte{0, 0, 0, 1}

	errKinds     = errors.New("there is more than one track of a kind: send one of video and one of audio")
	errNoPicture = errors.New("there is no video")
)

// An intake makes packets of what one publisher sends, whatever it comes in. Where the parameter sets of the pictures
// come with them, the stream begins with the first key frame.
type intake struct {
	server   *Server
	name     string
	peer     net.Addr // where it comes from
	keyframe func()   // asks the publisher for a key frame; nil when it cannot be asked

	streams    []*encoder.Stream
	parameters [][]byte // newest parameter sets, or sequence header
	pub        *Publisher
}

// add announces a track. A stream of pictures without Extradata is one whose parameter sets come with its pictures.
func (in *intake) add(st *encoder.Stream) error {
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
func (in *intake) carries(video bool) bool {
	return slices.ContainsFunc(in.streams, func(st *encoder.Stream) bool { return st.Codec.Video() == video })
}

// publish begins the stream.
func (in *intake) publish() error {
	pub, err := in.server.Publish(in.name, in.streams, in.keyframe)
	if err != nil {
		return err
	}
	pub.from(in.peer)
	in.pub = pub
	return nil
}

// close leaves the stream for a reason, or says why it did not begin.
func (in *intake) close(why error) {
	switch {
	case in.pub != nil:
		in.pub.fail(why)
	case in.server.stream(in.name) == nil && public(why) != nil:
		in.server.ended(in.name, public(why))
	}
}

// sound hands on a frame of sound; before the stream has begun, it is left out.
func (in *intake) sound(st *encoder.Stream, pts time.Duration, data []byte) error {
	if in.pub == nil || len(data) == 0 {
		return nil
	}
	return in.pub.WritePacket(&encoder.Packet{Stream: st, PTS: pts, DTS: pts, Keyframe: true, Data: [][]byte{data}})
}

// picture hands on an access unit. The parameter sets, which may come apart from it, go with every key frame: viewers
// who join later want them there.
func (in *intake) picture(pts, dts time.Duration, au [][]byte) error {
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
	if in.pub == nil {
		return nil
	}
	return in.pub.WritePacket(&encoder.Packet{Stream: in.pictures(), PTS: pts, DTS: dts, Keyframe: key, Data: rest})
}

// pictures returns the track of pictures. There must be one.
func (in *intake) pictures() *encoder.Stream {
	return in.streams[slices.IndexFunc(in.streams, func(st *encoder.Stream) bool { return st.Codec.Video() })]
}

// configure follows the parameter sets that a key frame comes with: the first begin the stream, others describe
// pictures of another size or kind.
func (in *intake) configure() error {
	if len(in.parameters) == 0 {
		return nil // perhaps the next one has some
	}
	if now := in.pictures(); !slices.EqualFunc(now.ParameterSets(), in.parameters, bytes.Equal) {
		next, err := describePictures(now.Codec, in.parameters)
		if err != nil {
			return err
		}
		in.streams[slices.Index(in.streams, now)] = next
	}
	if in.pub != nil {
		return nil
	}
	return in.publish()
}
