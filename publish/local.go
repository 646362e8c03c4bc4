package publish

import (
	"context"
	"fmt"
	"sync/atomic"

	"golive/encoder"
	"golive/server"
)

// local is the embedded server as a destination.
type local struct {
	server *server.Server
	stream string
}

// Local returns the Destination that is the stream of this name on s.
func Local(s *server.Server, stream string) Destination { return &local{server: s, stream: stream} }

// Protocol implements Destination.
func (l *local) Protocol() string { return "local" }

// Codecs implements Destination. Sound is taken in both codecs: Opus for WebRTC, AAC for HLS.
func (l *local) Codecs() (video, audio []encoder.Codec) {
	return []encoder.Codec{encoder.H264}, []encoder.Codec{encoder.Opus, encoder.AAC}
}

// String returns the address of the watch page.
func (l *local) String() string { return l.server.WatchURL(l.stream) }

// Dial implements Destination.
func (l *local) Dial(_ context.Context, streams []*encoder.Stream, fb Feedback) (Output, error) {
	p, err := l.server.Publish(l.stream, streams, fb.Keyframe)
	if err != nil {
		return nil, fmt.Errorf("the server on this computer: %w", err)
	}
	return &localOutput{publication: p}, nil
}

// localOutput is a running stream on the embedded server.
type localOutput struct {
	publication *server.Publisher
	sent        atomic.Int64
}

// WritePacket implements Output.
func (o *localOutput) WritePacket(p *encoder.Packet) error {
	if err := o.publication.WritePacket(p); err != nil {
		return fmt.Errorf("the server on this computer: %w", err)
	}
	o.sent.Add(int64(p.Size()))
	return nil
}

// Link implements Output.
func (o *localOutput) Link() Link {
	l := Link{SentBytes: o.sent.Load(), Viewers: o.publication.Viewers()}
	known := true
	for _, measured := range o.publication.Latencies() {
		l.Latency = append(l.Latency, measured.Total)
		l.Player = append(l.Player, measured.Player)
		known = known && measured.Player >= 0
	}
	if !known {
		l.Player = nil
	}
	return l
}

// Close implements Output.
func (o *localOutput) Close() error {
	o.publication.Close()
	return nil
}
