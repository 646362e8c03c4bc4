// Package rtmp stands between clients of RTMP and gortmplib, the library that speaks it: it refuses what that would take at
// any cost, and has it know sooner what a publisher sends.
package rtmp

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

var (
	errBudget = errors.New("it sends more than publishers do before its media")
	errSpeech = errors.New("it does not say what publishers do")
)

// A Conn bounds what a client may send before its stream starts, in time and bytes, and how long each read and write
// may take afterwards.
type Conn struct {
	net.Conn
	budget int           // bytes left, until streaming
	most   time.Duration // for a read or a write; 0 until streaming
}

// NewConn returns one that may not send anything before Allow.
func NewConn(conn net.Conn) *Conn { return &Conn{Conn: conn} }

// Stream ends the bounds of before the stream: from now on, each read and write may take as long as said.
func (g *Conn) Stream(timeout time.Duration) { g.most = timeout }

// Extend gives the client more time for what it may send still.
func (g *Conn) Extend(timeout time.Duration) { g.Allow(timeout, g.budget) }

// Allow lets the client send as much as said within timeout.
func (g *Conn) Allow(timeout time.Duration, bytes int) {
	_ = g.SetDeadline(time.Now().Add(timeout))
	g.budget = bytes
}

// Read implements io.Reader.
func (g *Conn) Read(p []byte) (int, error) {
	if g.most > 0 {
		_ = g.SetReadDeadline(time.Now().Add(g.most))
		return g.Conn.Read(p)
	}
	if g.budget == 0 {
		return 0, errBudget
	}
	n, err := g.Conn.Read(p[:min(len(p), g.budget)])
	g.budget -= n
	return n, err
}

// Write implements io.Writer.
func (g *Conn) Write(p []byte) (int, error) {
	if g.most > 0 {
		_ = g.SetWriteDeadline(time.Now().Add(g.most))
	}
	return g.Conn.Write(p)
}

// Checked returns the connection for the library, which is kept from what is no proper chunk.
func (g *Conn) Checked() io.ReadWriter {
	return struct {
		io.Reader
		io.Writer
	}{newChunkReader(g), g}
}

// Discreet returns an error that can be logged in place of err: the library's own ones quote what the client said, and
// the query of its URL may be a secret.
func Discreet(err error) error {
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
