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
	s.created(w, c.guest, answer)
}

// accept answers an offer and begins to receive.
func (s *Server) accept(name, offer string, from net.Addr) (*contribution, string, error) {
	if err := s.free(name); err != nil {
		return nil, "", refusal.New(http.StatusConflict, err.Error())
	}
	return seat(s, from, func() (*contribution, string, error) {
		c, answer, err := newContribution(s, name, webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
		if errors.Is(err, rtc.ErrNoH264) {
			err = refusal.New(http.StatusNotAcceptable, "send H.264 video with packetization-mode=1, and Opus if there is sound")
		}
		return c, answer, err
	})
}
