package server

import (
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"github.com/pion/webrtc/v4"

	"golive/internal/refusal"
	"golive/internal/rtc"
)

const (
	maxSessions = 1000
	// maxSeatsFrom is how many of them may be from one address, or network of IPv6; those on this computer are not counted.
	maxSeatsFrom = 100
)

var (
	errFull     = errors.New("as many people are watching as this server lets")
	errFullHome = errors.New("as many people are watching from your address as this server lets")
)

// A guest is a peer over WebRTC.
type guest struct {
	id   string   // the secret that ends it
	path string   // of its resource, such as /whep/live/ID
	from net.Addr // where its seat was asked for from
	pc   *webrtc.PeerConnection
	ice  *rtc.Negotiation
}

// newGuest returns one of a stream; kind is whep or whip.
func newGuest(kind, stream string, pc *webrtc.PeerConnection) *guest {
	id := rand.Text()
	return &guest{id: id, path: "/" + kind + "/" + stream + "/" + id, pc: pc, ice: rtc.NewNegotiation(pc)}
}

// peer implements seated.
func (g *guest) peer() *guest { return g }

// A seated is a guest who watches or publishes.
type seated interface {
	peer() *guest
	run()            // until it has left
	leave(why error) // ends run, and does not block
}

// seats are the places for who watches, by whatever protocol but HTTP, and for who publishes over WebRTC.
type seats struct {
	mu      sync.Mutex
	taken   int                  // also by those who are about to have one
	homes   map[netip.Prefix]int // taken, by address
	guests  map[string]seated    // by their paths
	closed  bool
	running sync.WaitGroup // guests
}

func newSeats() seats {
	return seats{homes: map[netip.Prefix]int{}, guests: map[string]seated{}}
}

// reserve takes a seat for somebody from there, unless so many are taken; free gives it back.
func (s *seats) reserve(from net.Addr, most int) error {
	home := addressOf(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errClosed
	case s.taken >= most:
		return errFull
	case s.homes[home] >= maxSeatsFrom && !home.Addr().IsLoopback():
		return errFullHome
	}
	s.taken++
	s.homes[home]++
	return nil
}

// free gives back the seat of who is gone, or could not be served.
func (s *seats) free(from net.Addr) {
	home := addressOf(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.homes[home]--; s.homes[home] <= 0 {
		delete(s.homes, home)
	}
}

// run lets a guest run who has a seat, which forget gives back.
func (s *seats) run(v seated, from net.Addr) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	v.peer().from = from
	s.guests[v.peer().path] = v
	s.running.Go(v.run)
	return nil
}

// forget takes a guest for gone, and gives back its seat.
func (s *seats) forget(g *guest) {
	s.mu.Lock()
	delete(s.guests, g.path)
	s.mu.Unlock()
	s.free(g.from)
}

// of returns the guest whose resource has that path, or nil.
func (s *seats) of(path string) seated {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.guests[path]
}

// close sends all guests away. It may be called twice; running is what waits for them.
func (s *seats) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, v := range s.guests {
		v.leave(errClosed)
	}
}

// seat answers an offer with begin, and lets who made it run. There must be a seat before anything is done for it.
func seat[G seated](s *Server, from net.Addr, begin func() (G, string, error)) (v G, answer string, err error) {
	if err := s.reserve(from); err != nil {
		return v, "", refusal.New(http.StatusServiceUnavailable, err.Error())
	}
	v, answer, err = begin()
	if err == nil {
		if err = s.seats.run(v, from); err == nil {
			return v, answer, nil
		}
		_ = v.peer().pc.GracefulClose()
	}
	s.seats.free(from)
	var told *refusal.Error
	switch {
	case errors.As(err, &told):
	case errors.Is(err, errClosed):
		err = refusal.New(http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, rtc.ErrNoH264):
		err = refusal.New(http.StatusNotAcceptable, err.Error())
	default:
		err = refusal.New(http.StatusBadRequest, "the offer cannot be answered: "+err.Error())
	}
	return v, "", err
}

// reserve takes a seat for somebody from there.
func (s *Server) reserve(from net.Addr) error {
	return s.seats.reserve(from, s.settings.Load().viewers)
}
