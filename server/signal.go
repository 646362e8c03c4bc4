package server

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golive/internal/refusal"
)

// What comes over the signalling WebSocket, and what goes; docs/SIGNALLING.md has the whole exchange.
type (
	signalMessage struct {
		Type     string  `json:"type"`
		SDP      string  `json:"sdp"`      // of offer
		Fragment string  `json:"fragment"` // of candidates
		Session  string  `json:"session"`  // of latency
		T0       float64 `json:"t0"`       // of ping
		told             // of latency
	}
	answerMessage struct {
		Type    string `json:"type"`
		Session string `json:"session"`
		SDP     string `json:"sdp"`
	}
	candidatesMessage struct {
		Type     string `json:"type"`
		Fragment string `json:"fragment"`
	}
	pongMessage struct {
		Type string  `json:"type"`
		T0   float64 `json:"t0"` // as the ping had it
		T1   float64 `json:"t1"` // when that came, in Unix ms
		T2   float64 `json:"t2"` // when this left, in Unix ms
	}
	clockMessage struct {
		Type string `json:"type"`
		clockJSON
	}
	errorMessage struct {
		Type    string `json:"type"`
		Status  int    `json:"status"` // as HTTP would say it
		Message string `json:"message"`
	}
)

// A signaller talks with one viewer over a WebSocket. The session that it began ends with it.
type signaller struct {
	server  *Server
	stream  string
	from    net.Addr
	socket  *socket
	session *session // the one that was begun here; nil before. Of listen alone.
}

// getSignal lets a viewer exchange over a WebSocket what WHEP does over HTTP, and the times that latency is measured by.
func (s *Server) getSignal(w http.ResponseWriter, r *http.Request) {
	s.sockets.serve(w, r, func(k *socket) {
		g := &signaller{server: s, stream: r.PathValue("stream"), from: peer(r.RemoteAddr), socket: k}
		var telling sync.WaitGroup
		telling.Go(func() {
			defer k.close()
			_ = s.tell(k, g.stream, g.tellClock)
		})
		if err := g.listen(); k.ctx.Err() == nil {
			s.log.Debug("signalling ended", "stream", g.stream, "error", err)
		}
		g.leave()
		k.close()
		telling.Wait()
	})
}

// listen answers messages until the socket ends. What is no message at all ends it.
func (g *signaller) listen() error {
	for {
		var m signalMessage
		if err := g.socket.receive(&m); err != nil {
			return err
		}
		came := time.Now()
		reply, err := g.take(m, came)
		if err != nil {
			r := refusal.Of(err)
			reply = errorMessage{Type: "error", Status: r.Status, Message: r.Sentence}
		}
		if reply == nil {
			continue
		}
		if err := g.socket.send(reply); err != nil {
			return err
		}
	}
}

// take carries out a message and returns what to answer, or nil.
func (g *signaller) take(m signalMessage, came time.Time) (any, error) {
	switch m.Type {
	case "ping":
		return pongMessage{Type: "pong", T0: m.T0, T1: unixMS(came), T2: unixMS(time.Now())}, nil
	case "offer":
		return g.answer(m.SDP)
	case "candidates":
		if g.session == nil {
			return nil, refusal.New(http.StatusNotFound, "there is no session: send an offer first")
		}
		fragment, err := g.session.ice.Patch(m.Fragment, "*")
		if err != nil || fragment == "" {
			return nil, err
		}
		return candidatesMessage{Type: "candidates", Fragment: fragment}, nil
	case "latency":
		if m.Session == "" && g.session != nil {
			m.Session = g.session.id
		}
		return nil, g.server.noteLatency(g.stream, m.Session, m.told)
	case "bye":
		g.leave()
		return nil, nil
	}
	return nil, refusal.New(http.StatusBadRequest, "the types are ping, offer, candidates, latency and bye")
}

// answer begins a session, in place of the one before.
func (g *signaller) answer(offer string) (any, error) {
	g.leave()
	p := g.server.stream(g.stream)
	if p == nil {
		return nil, g.server.absent(g.stream)
	}
	v, sdp, err := g.server.join(p, offer, g.from)
	if err != nil {
		return nil, err
	}
	g.session = v
	return answerMessage{Type: "answer", Session: v.id, SDP: sdp}, nil
}

func (g *signaller) leave() {
	if g.session != nil {
		g.session.close()
		g.session = nil
	}
}

// tellClock says how the time stamps of the stream relate to when its pictures were taken.
func (g *signaller) tellClock() error {
	p := g.server.stream(g.stream)
	if p == nil {
		return nil
	}
	return g.socket.send(clockMessage{Type: "clock", clockJSON: p.clockNow()})
}
