package server

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"
)

const (
	handshakeTimeout = 5 * time.Second  // from accept to the connect command
	publishTimeout   = 10 * time.Second // from there to the publish command
	mediaTimeout     = 10 * time.Second // between two reads or for one write, once publishing
	setupBudget      = 64 << 10         // bytes until publishing is accepted
	maxPublishers    = 64
)

var errBudget = errors.New("more than 64 KiB before publishing")

// An ingest takes RTMP in: rtmp://host:1935/live/{stream}.
type ingest struct {
	server *Server
	listen net.Listener

	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
	active sync.WaitGroup
}

func newIngest(s *Server, addr string) (*ingest, error) {
	l, err := listenTCP("RTMP ingest", addr, defaultRTMP)
	if err != nil {
		return nil, err
	}
	return &ingest{server: s, listen: l, conns: map[net.Conn]struct{}{}}, nil
}

// serve accepts publishers until close.
func (i *ingest) serve() {
	for {
		conn, err := i.listen.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		} else if err != nil {
			i.server.log.Warn("rtmp accept", "error", err)
			continue
		}
		if !i.begin(conn) {
			_ = conn.Close()
		}
	}
}

// begin serves conn in a goroutine that close waits for; false when there are too many.
func (i *ingest) begin(conn net.Conn) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed || len(i.conns) >= maxPublishers {
		return false
	}
	i.conns[conn] = struct{}{}
	i.active.Go(func() {
		defer i.end(conn)
		if err := i.handle(conn); err != nil {
			i.server.log.Info("rtmp publisher gone", "from", conn.RemoteAddr().String(), "error", err)
		}
	})
	return true
}

func (i *ingest) end(conn net.Conn) {
	_ = conn.Close()
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.conns, conn)
}

// close ends all connections and waits.
func (i *ingest) close() {
	_ = i.listen.Close()
	i.mu.Lock()
	i.closed = true
	for conn := range i.conns {
		_ = conn.Close()
	}
	i.mu.Unlock()
	i.active.Wait()
}

// handle carries a connection from its handshake to its end.
func (i *ingest) handle(conn net.Conn) error {
	g := &guardedConn{conn: conn, budget: setupBudget}
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout))
	sc := &gortmplib.ServerConn{RW: g}
	if err := sc.Initialize(); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	_ = conn.SetDeadline(time.Now().Add(publishTimeout))
	if err := sc.AcceptConn(); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	name, err := i.admit(sc)
	if err != nil {
		return errors.Join(err, refuse(sc, err))
	}
	if err := sc.AcceptAction(); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	g.publishing = true
	return receive(i.server, sc, name)
}

// admit returns the name of the stream that the client wants to publish.
func (i *ingest) admit(sc *gortmplib.ServerConn) (string, error) {
	if !sc.Publish {
		return "", errors.New("this server does not play over RTMP: open its watch page")
	}
	name, ok := cutApp(sc.URL.Path)
	if !ok {
		return "", errors.New("publish to rtmp://host/live/NAME, NAME being 1 to 64 letters, digits, - or _")
	}
	if i.server.stream(name) != nil {
		return "", fmt.Errorf("%w: somebody is publishing %q already", ErrTaken, name)
	}
	return name, nil
}

// cutApp returns NAME of /live/NAME.
func cutApp(path string) (string, bool) {
	const app = "/live/"
	if len(path) <= len(app) || path[:len(app)] != app || !validName(path[len(app):]) {
		return "", false
	}
	return path[len(app):], true
}

// refuse tells the client why, in a sentence that most of them show.
func refuse(sc *gortmplib.ServerConn, why error) error {
	code := "NetStream.Play.Failed"
	if sc.Publish {
		code = "NetStream.Publish.BadName"
	}
	return sc.Write(&message.CommandAMF0{
		ChunkStreamID: 5, MessageStreamID: 0x1000000, Name: "onStatus",
		Arguments: []any{nil, amf0.Object{
			{Key: "level", Value: "error"},
			{Key: "code", Value: code},
			{Key: "description", Value: why.Error()},
		}},
	})
}

// A guardedConn bounds what a client may send before it may publish, in time and bytes, and how long it may be silent
// afterwards. The library's decoder recurses with the data, so a big message must not reach it from just anybody.
type guardedConn struct {
	conn       net.Conn
	budget     int // bytes left, until publishing
	publishing bool
}

func (g *guardedConn) Read(p []byte) (int, error) {
	if g.publishing {
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

func (g *guardedConn) Write(p []byte) (int, error) {
	if g.publishing {
		_ = g.conn.SetWriteDeadline(time.Now().Add(mediaTimeout))
	}
	return g.conn.Write(p)
}
