package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	srt "github.com/datarhei/gosrt"

	"golive/secret"
)

const (
	srtPayload = 7 * 188 // bytes of a packet: seven of a transport stream
	// srtLatency is the least that a lost packet may take to come again; the peer may ask for more.
	srtLatency  = 20 * time.Millisecond
	maxHearings = 64 // requests that are decided on at once
)

// errHandshake is for a datagram that only looks like one.
var errHandshake = errors.New("malformed handshake")

// An srtDoor takes SRT in, srt://host:8890?streamid=publish:{stream}, and gives it out, ?streamid=read:{stream}.
type srtDoor struct {
	server     *Server
	listen     srt.Listener
	passphrase secret.Secret
	publishers *connections
	viewers    *connections
	hearings   chan struct{} // a place for each request that is decided on
	hearing    sync.WaitGroup
}

func newSRTDoor(s *Server, addr string, passphrase secret.Secret) (*srtDoor, error) {
	if n := len(passphrase.Reveal()); n != 0 && (n < srt.MIN_PASSPHRASE_SIZE || n >= srt.MAX_PASSPHRASE_SIZE) {
		return nil, errors.New("a passphrase of SRT has 10 to 79 characters")
	}
	c := srt.DefaultConfig()
	c.PayloadSize = srtPayload
	c.ReceiverLatency, c.PeerLatency = srtLatency, srtLatency
	c.ListenerControl = exclusive
	l, err := listen("SRT streams", addr, defaultSRT, func(addr string) (srt.Listener, error) {
		at, err := net.ResolveUDPAddr("udp", addr) // the library knows no names
		if err != nil {
			return nil, err
		}
		return srt.Listen("srt", at.String(), c)
	})
	if err != nil {
		return nil, err
	}
	return &srtDoor{
		server: s, listen: l, passphrase: passphrase,
		publishers: newConnections(maxPublishers), viewers: newConnections(maxSessions),
		hearings: make(chan struct{}, maxHearings),
	}, nil
}

// serve accepts connections until close.
func (d *srtDoor) serve() {
	for {
		req, err := d.next()
		switch {
		case errors.Is(err, errHandshake):
			d.server.log.Debug("srt refused", "error", err)
			continue
		case errors.Is(err, srt.ErrListenerClosed):
			return
		case err != nil:
			d.server.log.Error("srt stopped", "error", err)
			return
		}
		d.hear(req)
	}
}

// hear decides on a request while others come: it may take a while to know who is allowed to.
func (d *srtDoor) hear(req srt.ConnRequest) {
	select {
	case d.hearings <- struct{}{}:
	default:
		req.Reject(srt.REJX_OVERLOAD)
		return
	}
	d.hearing.Go(func() {
		defer func() { <-d.hearings }()
		if err := d.admit(req); err != nil {
			d.server.log.Info("srt refused", "from", req.RemoteAddr().String(), "error", err)
		}
	})
}

// next returns the next who asks to connect. The library reads beyond the end of a handshake that is cut, here and before
// it notes anything of who sent it: then the error is errHandshake.
func (d *srtDoor) next() (req srt.ConnRequest, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errHandshake, r)
		}
	}()
	return d.listen.Accept2()
}

// admit accepts what a client asks for, or says why not.
func (d *srtDoor) admit(req srt.ConnRequest) error {
	id, code, err := d.judge(req)
	if err != nil {
		req.Reject(code)
		return err
	}
	conn, err := req.Accept()
	if err != nil {
		return err
	}
	serve := func() { d.receive(conn, id.name) }
	if !id.publish {
		serve = func() { d.play(conn, id.name) }
	}
	if !d.clients(id).serve(conn, serve) {
		_ = conn.Close()
		return errFull
	}
	return nil
}

// authorize asks whether the client may do what it wants.
func (d *srtDoor) authorize(req srt.ConnRequest, id streamID) error {
	do := view
	if id.publish {
		do = publish
	}
	ctx, cancel := context.WithTimeout(context.Background(), hookTimeout)
	defer cancel()
	return d.server.door.admit(ctx, visit{
		do: do, stream: id.name, protocol: "srt", from: req.RemoteAddr(), token: id.token,
	})
}

// judge reads a request. With an error comes its code of the SRT Access Control guidelines, which is all that the
// client is told.
func (d *srtDoor) judge(req srt.ConnRequest) (streamID, srt.RejectionReason, error) {
	id, err := parseStreamID(req.StreamId())
	switch {
	case errors.Is(err, errMode):
		return id, srt.REJX_BAD_MODE, err
	case err != nil:
		return id, srt.REJX_BAD_REQUEST, err
	case req.IsEncrypted() == d.passphrase.Empty():
		return id, srt.REJ_UNSECURE, errors.New("one side has a passphrase and the other has not")
	case req.IsEncrypted() && req.SetPassphrase(d.passphrase.Reveal()) != nil:
		return id, srt.REJ_BADSECRET, errors.New("the passphrase is another")
	}
	if err := d.authorize(req, id); err != nil { // before it is told what there is
		return id, srt.REJX_UNAUTHORIZED, err
	}
	switch {
	case !id.publish && d.server.stream(id.name) == nil:
		return id, srt.REJX_NOTFOUND, d.server.absent(id.name)
	case id.publish && d.server.free(id.name) != nil:
		return id, srt.REJX_CONFLICT, taken(id.name)
	case d.clients(id).full():
		return id, srt.REJX_OVERLOAD, errCrowded
	}
	return id, 0, nil
}

// receive publishes what comes over conn, until it ends.
func (d *srtDoor) receive(conn srt.Conn, name string) {
	reader := &srtReader{conn: conn}
	reader.last.Store(time.Now().UnixNano())
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { reader.watch(done) })
	in := newIncoming(d.server, name, conn.RemoteAddr())
	err := in.ReadTransportStream(reader)
	in.leave(err)
	close(done)
	watch.Wait()
	d.server.log.Info("srt publisher gone", "from", conn.RemoteAddr().String(), "error", err)
}

// play sends a stream until it or the connection ends.
func (d *srtDoor) play(conn srt.Conn, name string) {
	p := d.server.stream(name)
	if p == nil {
		return // it ended just now
	}
	t, err := p.tap("srt", conn.RemoteAddr())
	if err == nil {
		err = t.serve(conn, (&srtViewer{conn: conn, tap: t}).write)
	}
	d.server.log.Debug("srt viewer gone", "from", conn.RemoteAddr().String(), "error", err)
}

// clients returns the connections of those who want what id says.
func (d *srtDoor) clients(id streamID) *connections {
	if id.publish {
		return d.publishers
	}
	return d.viewers
}

// close ends all connections and waits.
func (d *srtDoor) close() {
	d.listen.Close()
	d.publishers.close()
	d.viewers.close()
	d.hearing.Wait()
}
