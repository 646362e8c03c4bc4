package server

import (
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/refusal"
)

const (
	maxSDP      = 64 << 10
	maxSections = 8 // m= lines of an offer
)

// nobody is what there is to say of a stream that does not run.
const nobody = "nobody is publishing a stream of that name"

// postWHEP starts a session (draft-ietf-wish-whep): an SDP offer comes in, an answer goes out.
func (s *Server) postWHEP(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil {
		return
	}
	offer, err := readOffer(w, r)
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	v, answer, err := s.join(p, offer, peer(r.RemoteAddr))
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	s.created(w, v.guest, answer)
}

// readOffer returns the SDP offer that begins a session.
func readOffer(w http.ResponseWriter, r *http.Request) (string, error) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/sdp" {
		return "", refusal.New(http.StatusUnsupportedMediaType, "send the offer as application/sdp")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSDP))
	if err != nil {
		return "", refusal.New(http.StatusRequestEntityTooLarge, "the offer is larger than 64 KiB")
	}
	return string(body), checkOffer(string(body))
}

// checkOffer bounds an offer before anything is done for it.
func checkOffer(offer string) error {
	if n := strings.Count("\n"+offer, "\nm="); n == 0 || n > maxSections || len(offer) > maxSDP {
		return refusal.New(http.StatusBadRequest, "the offer must have 1 to 8 media sections and 64 KiB at most")
	}
	return nil
}

// fragmentType is that of candidates and credentials of ICE (RFC 8840 section 9).
const fragmentType = "application/trickle-ice-sdpfrag"

// created answers the offer of a guest (RFC 9725 section 4.2).
func (s *Server) created(w http.ResponseWriter, g *guest, answer string) {
	h := w.Header()
	h.Set("Content-Type", "application/sdp")
	h.Set("Location", g.path)
	h.Set("ETag", g.ice.ETag())
	h.Set("Accept-Patch", fragmentType)
	h.Set("Cache-Control", "no-store")
	for _, link := range s.rtc.Links() {
		h.Add("Link", link)
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

// join answers an offer and runs the session.
func (s *Server) join(p *Publication, offer string, from net.Addr) (*session, string, error) {
	if reason := p.webrtcReason(); reason != "" {
		return nil, "", refusal.New(http.StatusNotAcceptable, "WebRTC cannot carry this stream ("+reason+"): watch it over HLS")
	}
	if err := checkOffer(offer); err != nil {
		return nil, "", err
	}
	return seat(s, from, func() (*session, string, error) {
		return newSession(p, webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	})
}

// guestOf returns the guest of the request's URL, or answers that there is none.
func (s *Server) guestOf(w http.ResponseWriter, r *http.Request) seated {
	v := s.seats.of(r.URL.Path)
	if v == nil {
		refusal.Say(w, http.StatusNotFound, "there is no such session")
	}
	return v
}

// patchSession takes candidates, or restarts ICE (RFC 9725 section 4.3).
func (s *Server) patchSession(w http.ResponseWriter, r *http.Request) {
	v := s.guestOf(w, r)
	if v == nil {
		return
	}
	ice := v.peer().ice
	if r.Header.Get("Content-Type") != fragmentType {
		refusal.Say(w, http.StatusUnsupportedMediaType, "send candidates as "+fragmentType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSDP))
	if err != nil {
		refusal.Say(w, http.StatusRequestEntityTooLarge, "the fragment is larger than 64 KiB")
		return
	}
	answer, err := ice.Patch(string(body), r.Header.Get("If-Match"))
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	w.Header().Set("ETag", ice.ETag())
	if answer == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", fragmentType)
	_, _ = io.WriteString(w, answer)
}

// deleteSession ends a session, of whichever kind.
func (s *Server) deleteSession(w http.ResponseWriter, r *http.Request) {
	if v := s.guestOf(w, r); v != nil {
		v.leave(errLeft)
	}
}

// optionsWHEP tells what can be posted.
func (s *Server) optionsWHEP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Accept-Post", "application/sdp")
	w.Header().Set("Allow", "OPTIONS, POST")
	w.WriteHeader(http.StatusNoContent)
}

// optionsSession tells what can be changed of a session.
func (s *Server) optionsSession(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Accept-Patch", fragmentType)
	w.Header().Set("Allow", "DELETE, OPTIONS, PATCH")
	w.WriteHeader(http.StatusNoContent)
}

// webrtcReason says why WebRTC cannot carry the stream, "" when it can: a word that the page translates.
func (p *Publication) webrtcReason() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.video.Codec != encoder.H264:
		return "codec"
	case p.reordered:
		return "b-frames"
	}
	return ""
}
