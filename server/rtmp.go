package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"

	"golive/encoder"
	"golive/internal/rtmp"
)

const (
	maxPublishers    = 64               // over each protocol
	handshakeTimeout = 5 * time.Second  // from accept to the connect command
	publishTimeout   = 10 * time.Second // from there to the publish command
	tracksTimeout    = 30 * time.Second // from there until it is known what comes
	mediaTimeout     = 10 * time.Second // between two reads or for one write, from then on
	setupBudget      = 64 << 10         // bytes until publishing is accepted
	tracksBudget     = 32 << 20         // bytes until it is known what comes; the library keeps them
	// acceptPause and maxAcceptPause bound the wait after an accept that failed, as when the process has no file
	// descriptors left.
	acceptPause, maxAcceptPause = 5 * time.Millisecond, time.Second
)

var errCrowded = errors.New("there are as many publishers and viewers as this server lets")

// An ingest takes RTMP in, and gives it out: rtmp://host:1935/live/{stream}.
type ingest struct {
	server *Server
	listen net.Listener

	conns *connections

	done chan struct{} // closed by close
	once sync.Once
}

func newIngest(s *Server, addr string) (*ingest, error) {
	l, err := listenTCP("RTMP ingest", addr, defaultRTMP)
	if err != nil {
		return nil, err
	}
	return &ingest{server: s, listen: l, conns: newConnections(maxPublishers + maxSessions), done: make(chan struct{})}, nil
}

// serve accepts publishers until close.
func (i *ingest) serve() {
	pause := acceptPause
	for {
		conn, err := i.listen.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			i.server.log.Warn("rtmp accept", "error", err, "pause", pause)
			select {
			case <-i.done:
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, maxAcceptPause)
		default:
			pause = acceptPause
			if !i.conns.greet(conn, func() { i.serveOne(conn) }) {
				_ = conn.Close()
			}
		}
	}
}

func (i *ingest) serveOne(conn net.Conn) {
	if err := i.handle(conn); err != nil {
		i.server.log.Info("rtmp client gone", "from", conn.RemoteAddr().String(), "error", err)
	}
}

// close ends all connections and waits. It may be called twice.
func (i *ingest) close() {
	_ = i.listen.Close()
	i.once.Do(func() { close(i.done) })
	i.conns.close()
}

// handle carries a connection from its handshake to its end.
func (i *ingest) handle(conn net.Conn) error {
	g := rtmp.NewConn(conn)
	g.Allow(handshakeTimeout, setupBudget)
	sc := &gortmplib.ServerConn{RW: g.Checked()}
	if err := sc.Initialize(); err != nil {
		return fmt.Errorf("handshake: %w", rtmp.Discreet(err))
	}
	g.Extend(publishTimeout)
	if err := sc.AcceptConn(); err != nil {
		return fmt.Errorf("connect: %w", rtmp.Discreet(err))
	}
	name, err := i.admit(sc, conn.RemoteAddr())
	if err != nil {
		return errors.Join(err, refuse(sc, err))
	}
	if !i.conns.settle(conn) {
		return errors.Join(errCrowded, refuse(sc, errCrowded))
	}
	if err := sc.AcceptAction(); err != nil {
		return fmt.Errorf("publish or play: %w", err)
	}
	if !sc.Publish {
		return i.play(sc, g, name)
	}
	g.Allow(tracksTimeout, tracksBudget)
	in := newIncoming(i.server, name, conn.RemoteAddr())
	err = in.ReadRTMP(&rtmp.Publisher{ServerConn: sc}, func() { g.Stream(mediaTimeout) })
	in.leave(err)
	if why := public(err); why != nil {
		err = errors.Join(err, refuse(sc, why))
	}
	return err
}

// play sends the client a stream, and leaves unread what it says: only that it ends is of interest.
func (i *ingest) play(sc *gortmplib.ServerConn, g *rtmp.Conn, name string) error {
	p := i.server.stream(name)
	if p == nil {
		return i.server.absent(name)
	}
	if p.picture().Codec != encoder.H264 {
		return refuse(sc, errors.New("RTMP plays H.264 alone here: watch this stream over HLS"))
	}
	t, err := p.tap("rtmp", g.RemoteAddr())
	if err != nil {
		return err
	}
	g.Stream(mediaTimeout)
	_ = g.SetReadDeadline(time.Time{}) // who plays has nothing to say for long
	return t.serve(g.Conn, (&rtmpViewer{conn: sc, tap: t}).write)
}

// admit returns the name of the stream that the client wants to publish or play.
func (i *ingest) admit(sc *gortmplib.ServerConn, from net.Addr) (string, error) {
	name, token, ok := cutApp(sc.URL)
	if !ok {
		return "", errors.New("it is rtmp://host/live/NAME, NAME being 1 to 64 letters, digits, - or _")
	}
	v := visit{do: view, stream: name, protocol: "rtmp", from: from, token: token}
	if sc.Publish {
		v.do = publish
	}
	ctx, cancel := context.WithTimeout(context.Background(), publishTimeout)
	defer cancel()
	switch err := i.server.door.admit(ctx, v); {
	case err != nil:
		return "", err
	case sc.Publish:
		return name, i.server.free(name)
	case i.server.stream(name) == nil:
		return "", i.server.absent(name)
	}
	return name, nil
}

// cutApp returns NAME and TOKEN of /live/NAME?token=TOKEN.
func cutApp(u *url.URL) (name, token string, ok bool) {
	name, ok = strings.CutPrefix(u.Path, "/live/")
	return name, u.Query().Get("token"), ok && validName(name)
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
