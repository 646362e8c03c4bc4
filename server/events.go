package server

import (
	"errors"
	"net/http"
	"sync"
	"time"
)

// The types of event.
const (
	eventStarted = "started" // somebody publishes the stream
	eventAway    = "away"    // who published it is gone, and may come back
	eventBack    = "back"    // and is back
	eventEnded   = "ended"
	eventViewers = "viewers" // another number of people watches
)

// An event is a change of a stream, as docs/SIGNALLING.md tells.
type event struct {
	Type    string     `json:"type"`
	Stream  string     `json:"stream"`
	Since   *time.Time `json:"since,omitempty"`   // of started
	Viewers *int       `json:"viewers,omitempty"` // of viewers
	Reason  string     `json:"reason,omitempty"`  // of away and ended: a sentence
}

var errBehind = errors.New("the peer is too slow to be told what happens")

// maxNews is how many events a listener may be behind.
const maxNews = 256

// events hands each event to whoever listens.
type events struct {
	mu        sync.Mutex
	listeners map[chan event]struct{}
}

// listen returns a channel of what happens from now on. It is closed when its reader falls too far behind, or by leave.
func (e *events) listen() chan event {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := make(chan event, maxNews)
	e.listeners[c] = struct{}{}
	return c
}

// leave ends what listen began. It may be called twice.
func (e *events) leave(c chan event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop(c)
}

func (e *events) drop(c chan event) {
	if _, ok := e.listeners[c]; ok {
		delete(e.listeners, c)
		close(c)
	}
}

// announce tells all listeners, and never blocks on one.
func (e *events) announce(n event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.listeners {
		select {
		case c <- n:
		default:
			e.drop(c)
		}
	}
}

// news is what somebody who begins to listen must know of a stream, or of all when the name is "".
func (s *Server) news(stream string) []event {
	var all []event
	for _, p := range s.running() {
		if stream == "" || p.name == stream {
			since, viewers := p.since.UTC(), p.Viewers()
			all = append(all, event{Type: eventStarted, Stream: p.name, Since: &since},
				event{Type: eventViewers, Stream: p.name, Viewers: &viewers})
			if away, why := p.away(); away {
				all = append(all, event{Type: eventAway, Stream: p.name, Reason: why})
			}
		}
	}
	if stream != "" && len(all) == 0 {
		all = append(all, event{Type: eventEnded, Stream: stream, Reason: s.endings.of(stream)})
	}
	return all
}

// countViewers announces, until the server closes, how many people watch each stream when that has changed.
func (s *Server) countViewers() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	told := map[*Publication]int{}
	for {
		select {
		case <-s.done:
			return
		case <-tick.C:
		}
		before := told
		told = map[*Publication]int{}
		for _, p := range s.running() {
			n := p.Viewers()
			if told[p] = n; before[p] != n {
				s.events.announce(event{Type: eventViewers, Stream: p.name, Viewers: &n})
			}
		}
	}
}

// getEvents tells over a WebSocket what happens to all streams.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) {
	s.sockets.serve(w, r, func(k *socket) {
		var listening sync.WaitGroup
		listening.Go(func() { // nothing is said to us, but this is what notices a peer that is gone
			defer k.close()
			for k.receive(&struct{}{}) == nil {
			}
		})
		_ = s.tell(k, "", func() error { return nil })
		k.close()
		listening.Wait()
	})
}

// tell sends the events of a stream, or of all when the name is "", and each second what also sends, until the socket is
// closed or its peer gone.
func (s *Server) tell(k *socket, stream string, also func() error) error {
	listener := s.events.listen() // first, so that nothing is missed in between
	defer s.events.leave(listener)
	for _, e := range s.news(stream) {
		if err := k.send(e); err != nil {
			return err
		}
	}
	second, ping := time.NewTicker(time.Second), time.NewTicker(socketPing)
	defer second.Stop()
	defer ping.Stop()
	for err := also(); ; {
		if err != nil {
			return err
		}
		select {
		case <-k.ctx.Done():
			return k.ctx.Err()
		case e, ok := <-listener:
			if !ok {
				return errBehind
			}
			if stream == "" || e.Stream == stream {
				err = k.send(e)
			}
		case <-second.C:
			err = also()
		case <-ping.C:
			err = k.alive()
		}
	}
}
