// Package publish takes a broadcast from sources to destinations: it captures, encodes once, and sends to every output,
// each with its own queue, retry and numbers, and records. In go SPECs and Destinations; out come the connections and
// Stats. It decides when to drop and when to try again; the protocols below it do neither.
package publish

import (
	"context"
	"errors"
	"time"

	"golive/encoder"
)

var (
	// ErrRefused: the destination said no (a wrong key, a codec it does not take). It is not tried again.
	ErrRefused = errors.New("refused")
	// ErrBadURL: the address cannot be one of a destination.
	ErrBadURL = errors.New("malformed address")
	// ErrUnsupported: a protocol that Golive does not have (yet).
	ErrUnsupported = errors.New("protocol not supported")
)

// A Destination is a place to send to, before it is connected.
type Destination interface {
	// Protocol returns "local", "rtmp", "rtmps", "srt" or "whip".
	Protocol() string
	// Codecs returns what it can carry, preferred first.
	Codecs() (video, audio []encoder.Codec)
	// Dial connects; a nil error means that the destination has accepted the stream and is live. An error that is
	// ErrRefused must not be retried. streams holds the video stream first, if there is one.
	Dial(ctx context.Context, streams []*encoder.Stream, fb Feedback) (Output, error)
}

// An Output is one live connection. It neither retries nor decides; its goroutines end in Close.
type Output interface {
	// WritePacket sends one packet and blocks until the transport took it or its deadline passed.
	WritePacket(*encoder.Packet) error
	Link() Link
	// Close ends the stream properly and unblocks WritePacket. It may be called twice.
	Close() error
}

// Feedback is what a live connection tells its broadcast. Its methods may be called from any goroutine and do not block.
type Feedback interface {
	Keyframe()  // a receiver needs a key frame
	Lost(error) // the connection is gone
}

// A Link is what a connection knows of its way. Zero values mean unknown.
type Link struct {
	SentBytes  int64
	AckedBytes int64           // that the other side has acknowledged
	Reports    bool            // acknowledgements come in reports, if at all, a second or so late: they tell nothing of a queue
	Queued     int64           // bytes that the transport has taken and the other side has not acknowledged
	Ahead      int64           // bytes of Queued that have arrived, and wait there for what was lost before them
	RTT        time.Duration   // the newest, smoothed
	Loss       float64         // of the packets of the last seconds, 0 to 1, before they were sent again
	Resent     int64           // packets
	Estimate   int             // bit/s that the transport believes the way can carry
	Viewers    int             // of the embedded server
	Latency    []time.Duration // glass-to-glass, one newest measure a viewer
	Player     []time.Duration // what of Latency is the player's; none unless all who measure tell that
}

// A State of an output.
type State string

// The states of an output. Idle is for those who show one before GoLive.
const (
	Idle         State = "idle"
	Connecting   State = "connecting"
	Live         State = "live"
	Reconnecting State = "reconnecting"
	Refused      State = "refused"
	Stopped      State = "stopped"
)
