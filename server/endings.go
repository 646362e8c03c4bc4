package server

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
)

// maxEndings is how many streams the server remembers the end of.
const maxEndings = 100

var errGone = errors.New("the connection to the publisher is lost")

// endings remember why streams ended, or did not begin: whoever comes to watch is told.
type endings struct {
	mu    sync.Mutex
	why   map[string]string
	names []string // of why, oldest first
}

func (e *endings) note(name, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.why == nil {
		e.why = map[string]string{}
	}
	if i := slices.Index(e.names, name); i >= 0 {
		e.names = slices.Delete(e.names, i, i+1)
	} else if len(e.names) == maxEndings {
		delete(e.why, e.names[0])
		e.names = slices.Delete(e.names, 0, 1)
	}
	e.names = append(e.names, name)
	e.why[name] = why
}

// of returns why a stream ended, "" when there is nothing to say.
func (e *endings) of(name string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.why[name]
}

// ended tells who watches that a stream is over, or did not begin.
func (s *Server) ended(name string, why error) {
	reason := sentence(why)
	s.endings.note(name, reason)
	s.events.announce(event{Type: eventEnded, Stream: name, Reason: reason})
}

// public returns an error that viewers can be told in place of err; nil when a publisher just left. What the network
// says is of no use to them, and names addresses.
func public(err error) error {
	var network net.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errLeft), errors.Is(err, net.ErrClosed):
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSilent
	case errors.As(err, &network):
		return errGone
	}
	return err
}

// sentence returns what an error says, "" for none.
func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
