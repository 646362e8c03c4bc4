package server

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"golive/encoder"
)

// Publish begins the stream name with these tracks, or goes on with one whose publisher is gone and that had such
// tracks. keyframe, if not nil, is called from any goroutine when a viewer needs a key frame. Errors: a name that is
// malformed or being published by someone else.
func (s *Server) Publish(name string, streams []*encoder.Stream, keyframe func()) (*Publisher, error) {
	if !validName(name) {
		return nil, fmt.Errorf("%w %q: use 1 to 64 letters, digits, - or _", ErrBadName, name)
	}
	if p := s.stream(name); p != nil && !p.busy() {
		if w := p.resume(streams, keyframe); w != nil {
			s.log.Info("stream goes on", "stream", name)
			s.events.announce(event{Type: eventBack, Stream: name})
			return w, nil
		}
		p.end(errOther)
	}
	p, err := newPublication(s, name, streams, keyframe)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", name, err)
	}
	w := &Publisher{p}
	p.writer = w
	if err := s.add(p); err != nil {
		p.hls.Close()
		return nil, err
	}
	s.log.Info("stream started", "stream", name, "tracks", len(streams))
	since := p.since.UTC()
	s.events.announce(event{Type: eventStarted, Stream: name, Since: &since})
	if s.recordings.all() {
		if _, err := s.recordings.start(p); err != nil {
			s.log.Error("the stream is not recorded", "stream", name, "error", err)
		}
	}
	return w, nil
}

func (s *Server) add(p *Publication) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if s.streams[p.name] != nil {
		return taken(p.name)
	}
	s.streams[p.name] = p
	return nil
}

// taken is what who wants to publish a stream that somebody publishes is told.
func taken(name string) error {
	return fmt.Errorf("%w: somebody is publishing %q already", ErrTaken, name)
}

// free returns an error if somebody publishes that stream.
func (s *Server) free(name string) error {
	if p := s.stream(name); p != nil && p.busy() {
		return taken(name)
	}
	return nil
}

// remove forgets p; the name is free from then on.
func (s *Server) remove(p *Publication) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[p.name] == p {
		delete(s.streams, p.name)
	}
}

// stream returns the running stream of that name, or nil.
func (s *Server) stream(name string) *Publication {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams[name]
}

// running returns the streams by name.
func (s *Server) running() []*Publication {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.streams), func(a, b *Publication) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
}

// validName says whether name can be a stream's: it ends up in paths, URLs and logs.
func validName(name string) bool { return namePattern.MatchString(name) }

var namePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
