package server

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

const (
	handshakeTimeout = 5 * time.Second  // from accept to the connect command
	publishTimeout   = 10 * time.Second // from there to the publish command
	tracksTimeout    = 30 * time.Second // from there until it is known what comes
	mediaTimeout     = 10 * time.Second // between two reads or for one write, from then on
	setupBudget      = 64 << 10         // bytes until publishing is accepted
	tracksBudget     = 32 << 20         // bytes until it is known what comes; the library keeps them
)

var (
	errBudget = errors.New("it sends more than publishers do before its media")
	errSpeech = errors.New("it does not say what publishers do")
)

// A guardedConn bounds what a client may send before its stream starts, in time and bytes, and how long it may be
// silent afterwards.
type guardedConn struct {
	conn      net.Conn
	budget    int // bytes left, until streaming
	streaming bool
}

// allow lets the client send as much as said within timeout.
func (g *guardedConn) allow(timeout time.Duration, bytes int) {
	_ = g.conn.SetDeadline(time.Now().Add(timeout))
	g.budget = bytes
}

// Read implements io.Reader.
func (g *guardedConn) Read(p []byte) (int, error) {
	if g.streaming {
		_ = g.conn.SetReadDeadline(time.Now().Add(mediaTimeout))
		return g.conn.Read(p)
	}
	if g.budget == 0 {
		return 0, errBudget
	}
	n, err := g.conn.Read(p[:min(len(p), g.budget)])
	g.budget -= n
	return n, err
}

// Write implements io.Writer.
func (g *guardedConn) Write(p []byte) (int, error) {
	if g.streaming {
		_ = g.conn.SetWriteDeadline(time.Now().Add(mediaTimeout))
	}
	return g.conn.Write(p)
}

// discreet returns an error that can be logged in place of err: the library's own ones quote what the client said, and
// the query of its URL may be a secret.
func discreet(err error) error {
	var network *net.OpError
	known := []error{io.EOF, io.ErrUnexpectedEOF, os.ErrDeadlineExceeded, errBudget, errChunk}
	for _, k := range known {
		if errors.Is(err, k) {
			return err
		}
	}
	if errors.As(err, &network) {
		return err
	}
	return errSpeech
}
