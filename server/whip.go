package server

import (
	"errors"
	"net"
	"net/http"

	"github.com/pion/webrtc/v4"

	"golive/internal/refusal"
	"golive/internal/rtc"
)

// postWHIP begins to publish over WebRTC (RFC 9725): an SDP offer comes in, an answer goes out.
func (s *Server) postWHIP(w http.ResponseWriter, r *http.Request) {
	offer, err := readOffer(w, r)
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	c, answer, err := s.accept(r.PathValue("stream"), offer, peer(r.RemoteAddr))
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	s.created(w, "/whip/"+c.in.name+"/"+c.id, c.ice, answer)
}

// accept answers an offer and begins to receive.
func (s *Server) accept(name, offer string, from net.Addr) (*contribution, string, error) {
	if err := s.free(name); err != nil {
		return nil, "", refusal.New(http.StatusConflict, err.Error())
	}
	if err := s.reserve(from); err != nil {
		return nil, "", refusal.New(http.StatusServiceUnavailable, err.Error())
	}
	c, answer, err := newContribution(s, name, webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	if err == nil {
		c.seat = from
		err = s.run(c)
	}
	if err == nil {
		return c, answer, nil
	}
	s.unreserve(from)
	switch {
	case errors.Is(err, errClosed):
		return nil, "", refusal.New(http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, rtc.ErrNoH264):
		return nil, "", refusal.New(http.StatusNotAcceptable, "send H.264 video with packetization-mode=1, and Opus if there is sound")
	}
	return nil, "", refusal.New(http.StatusBadRequest, "the offer cannot be answered: "+err.Error())
}

// run registers c and runs it, in a goroutine that Close waits for.
func (s *Server) run(c *contribution) error {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.contributions[c.id] = c
		s.watching.Go(c.run)
	}
	s.mu.Unlock()
	if closed {
		_ = c.pc.GracefulClose()
		return errClosed
	}
	return nil
}

// leave frees the seat of a contribution that run registered.
func (s *Server) leave(c *contribution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.contributions, c.id)
	s.vacate(c.seat)
}

// contributionOf returns the contribution of the request's URL, or answers that there is none.
func (s *Server) contributionOf(w http.ResponseWriter, r *http.Request) *contribution {
	s.mu.Lock()
	c := s.contributions[r.PathValue("session")]
	s.mu.Unlock()
	if c == nil || c.in.name != r.PathValue("stream") {
		refusal.Say(w, http.StatusNotFound, "there is no such session")
		return nil
	}
	return c
}

func (s *Server) patchWHIP(w http.ResponseWriter, r *http.Request) {
	if c := s.contributionOf(w, r); c != nil {
		patch(w, r, c.ice)
	}
}

func (s *Server) deleteWHIP(w http.ResponseWriter, r *http.Request) {
	if c := s.contributionOf(w, r); c != nil {
		c.close(errLeft)
	}
}
