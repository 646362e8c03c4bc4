package server

import (
	"net"

	"golive/encoder"
	"golive/internal/intake"
)

// An incoming is what one publisher sends, by whatever protocol, on its way to a stream of the server.
type incoming struct {
	*intake.Intake
	server   *Server
	name     string
	peer     net.Addr   // where it comes from; nil while that is not known
	keyframe func()     // asks the publisher for a key frame; nil when it cannot be asked
	pub      *Publisher // nil before the stream has begun
}

func newIncoming(s *Server, name string, peer net.Addr) *incoming {
	in := &incoming{server: s, name: name, peer: peer}
	in.Intake = intake.New(in.publish)
	return in
}

// publish begins the stream.
func (in *incoming) publish(streams []*encoder.Stream) (intake.Writer, error) {
	pub, err := in.server.Publish(in.name, streams, in.keyframe)
	if err != nil {
		return nil, err
	}
	pub.from(in.peer)
	in.pub = pub
	return pub, nil
}

// leave leaves the stream for a reason, or says why it did not begin.
func (in *incoming) leave(why error) {
	switch {
	case in.pub != nil:
		in.pub.fail(why)
	case in.server.stream(in.name) == nil && public(why) != nil:
		in.server.ended(in.name, public(why))
	}
}
