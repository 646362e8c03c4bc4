// Package srt sends a live stream over SRT (draft-sharabayko-srt-01) to a listener: in go payloads of a transport
// stream, out come packets, paced, kept until they are acknowledged, and sent again where they are lost. It is made of
// gosrt's parts instead of its Dial, which asks once and not again, leaves a goroutine behind for each attempt that fails,
// panics on an answer that is cut, and sends what it is given in bursts.
package srt

import (
	"errors"
	"fmt"
	"time"
)

// MaxPayload is the size of the largest payload, in bytes: seven packets of a transport stream.
const MaxPayload = 7 * 188

// Bounds of a Config (the socket options of libsrt).
const (
	MinPassphrase, MaxPassphrase = 10, 79 // bytes
	MaxStreamID                  = 512    // bytes
	MaxLatency                   = 10 * time.Second
	DefaultLatency               = 200 * time.Millisecond
)

var (
	// ErrSilent: nothing has come from the other side, or nothing was acknowledged, for deadAfter.
	ErrSilent = errors.New("nothing is acknowledged")
	// ErrShutdown: the other side has ended the connection.
	ErrShutdown = errors.New("ended by the other side")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("closed")
	// ErrProtocol: the other side does not speak SRT, or another kind of it.
	ErrProtocol = errors.New("it does not speak the SRT of live streams")
)

// A Config says how to connect.
type Config struct {
	StreamID   string
	Passphrase string        // "" for none
	KeyLength  int           // bytes: 16, 24, 32, or 0 for what the listener wants, else 16
	Latency    time.Duration // how long the receiver waits for what is lost; it may want more
	Rate       int           // bit/s of the stream, until SetRate
	Start      Start
}

// A Start is where the counters of a connection begin, all of which wrap. Zero for a sequence number is any.
type Start struct {
	Time     uint32 // stamp of the first packet, in microseconds
	Sequence uint32 // number of the first packet, 31 bits
}

// A Rejection is the listener's "no", by its number.
type Rejection int

// The reasons of listeners. Those from 2000 on are of the application, and like the status codes of HTTP; gosrt has them
// from 1000 on.
const (
	rejectPeer      Rejection = 1002
	rejectResource  Rejection = 1003
	rejectBacklog   Rejection = 1005
	rejectClose     Rejection = 1007
	rejectVersion   Rejection = 1008
	rejectSecret    Rejection = 1010
	rejectUnsecure  Rejection = 1011
	rejectTimeout   Rejection = 1016
	rejectPredefine Rejection = 2000
	gosrtPredefine  Rejection = 1000
	leastPredefined Rejection = 400
)

// rejection returns the reason that a handshake of this type gives.
func rejection(kind uint32) Rejection {
	if r := Rejection(kind); r >= gosrtPredefine+leastPredefined && r < rejectPredefine {
		return r - gosrtPredefine + rejectPredefine
	}
	return Rejection(kind)
}

// Error returns what the number means, in words.
func (r Rejection) Error() string {
	words := map[Rejection]string{
		rejectPeer: "the stream id, or the stream, is not accepted", rejectResource: "it is out of resources",
		rejectBacklog: "too many want to connect", rejectClose: "it is closing", rejectVersion: "it wants a newer SRT",
		rejectSecret: "the passphrase is wrong", rejectUnsecure: "a passphrase is needed, or none is wanted",
		rejectTimeout: "it did not answer in time", 2400: "the stream id is malformed", 2401: "the key or password is wrong",
		2402: "the server is overloaded or the stream is unpaid", 2403: "publishing is forbidden",
		2404: "there is no such stream", 2405: "publishing is not possible there", 2407: "somebody is publishing there already", 2409: "somebody is publishing there already",
		2415: "the stream cannot be taken", 2423: "the stream is locked", 2500: "the server failed", 2501: "the server cannot do that",
		2503: "the server is not available now",
	}[r]
	if words == "" {
		words = "it gave no reason"
	}
	return fmt.Sprintf("%s (SRT %d)", words, int(r))
}

// Temporary says whether it makes sense to ask again.
func (r Rejection) Temporary() bool {
	switch r {
	case rejectResource, rejectBacklog, rejectClose, rejectTimeout, 2402, 2500, 2503:
		return true
	}
	return false
}

// Stats is what is known of a connection.
type Stats struct {
	Sent     int64         // bytes of payloads, once each
	Acked    int64         // bytes of payloads
	Unacked  int64         // bytes of payloads
	Ahead    int64         // bytes of them that have arrived, behind some that have not
	RTT      time.Duration // smoothed, as the receiver has measured it; at first, what the handshake took
	Lost     int64         // packets that were reported lost, once each
	Resent   int64         // packets, each time
	Dropped  int64         // packets that were too old to wait for their acknowledgement
	Loss     float64       // of the packets of the last seconds, 0 to 1
	Capacity int           // bit/s that the receiver believes the way can carry, 0 when it does not know
	Starved  bool          // packets were dropped, and nothing was acknowledged since
}
