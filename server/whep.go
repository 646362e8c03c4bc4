package server

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/refusal"
	"golive/internal/rtc"
)

const (
	maxSDP      = 64 << 10
	maxSections = 8 // m= lines of an offer
	maxSessions = 1000
	// maxSeatsFrom is how many of them may be from one address, or network of IPv6; those on this computer are not counted.
	maxSeatsFrom = 100
)

var (
	errFull     = errors.New("as many people are watching as this server lets")
	errFullHome = errors.New("as many people are watching from your address as this server lets")
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
	s.created(w, "/whep/"+p.name+"/"+v.id, v.ice, answer)
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

// created answers an offer (RFC 9725 section 4.2) that began the session at that path.
func (s *Server) created(w http.ResponseWriter, path string, ice *rtc.Negotiation, answer string) {
	h := w.Header()
	h.Set("Content-Type", "application/sdp")
	h.Set("Location", path)
	h.Set("ETag", ice.ETag())
	h.Set("Accept-Patch", fragmentType)
	h.Set("Cache-Control", "no-store")
	for _, link := range s.rtc.Links() {
		h.Add("Link", link)
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

// join answers an offer and runs the session. There must be a seat before anything is done for the viewer.
func (s *Server) join(p *Publication, offer string, from net.Addr) (*session, string, error) {
	if reason := p.webrtcReason(); reason != "" {
		return nil, "", refusal.New(http.StatusNotAcceptable, "WebRTC cannot carry this stream ("+reason+"): watch it over HLS")
	}
	if err := checkOffer(offer); err != nil {
		return nil, "", err
	}
	if err := s.reserve(from); err != nil {
		return nil, "", refusal.New(http.StatusServiceUnavailable, err.Error())
	}
	v, answer, err := newSession(p, webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	if err == nil {
		v.seat = from
		err = s.watch(v)
	}
	if err == nil {
		return v, answer, nil
	}
	s.unreserve(from)
	switch {
	case errors.Is(err, errClosed):
		return nil, "", refusal.New(http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, rtc.ErrNoH264):
		return nil, "", refusal.New(http.StatusNotAcceptable, err.Error())
	}
	return nil, "", refusal.New(http.StatusBadRequest, "the offer cannot be answered: "+err.Error())
}

// reserve takes a seat for somebody from there, which forget frees.
func (s *Server) reserve(from net.Addr) error {
	home := addressOf(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if s.seats >= s.settings.Load().viewers {
		return errFull
	}
	if s.homes[home] >= maxSeatsFrom && !home.Addr().IsLoopback() {
		return errFullHome
	}
	s.seats++
	s.homes[home]++
	return nil
}

// unreserve frees the seat of who is gone, or could not be served.
func (s *Server) unreserve(from net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vacate(from)
}

// vacate is unreserve where s.mu is held.
func (s *Server) vacate(from net.Addr) {
	home := addressOf(from)
	s.seats--
	if s.homes[home]--; s.homes[home] <= 0 {
		delete(s.homes, home)
	}
}

// watch registers v and runs it.
func (s *Server) watch(v *session) error {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.sessions[v.id] = v
		s.watching.Go(v.run)
	}
	s.mu.Unlock()
	if closed {
		_ = v.pc.GracefulClose()
		return errClosed
	}
	return nil
}

// forget frees the seat of a session that watch registered.
func (s *Server) forget(v *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, v.id)
	s.vacate(v.seat)
}

// sessionOf returns the session of the request's URL, or answers that there is none.
func (s *Server) sessionOf(w http.ResponseWriter, r *http.Request) *session {
	s.mu.Lock()
	v := s.sessions[r.PathValue("session")]
	s.mu.Unlock()
	if v == nil || v.pub.name != r.PathValue("stream") {
		refusal.Say(w, http.StatusNotFound, "there is no such session")
		return nil
	}
	return v
}

func (s *Server) patchWHEP(w http.ResponseWriter, r *http.Request) {
	if v := s.sessionOf(w, r); v != nil {
		patch(w, r, v.ice)
	}
}

// patch takes candidates, or restarts ICE (RFC 9725 section 4.3).
func patch(w http.ResponseWriter, r *http.Request, ice *rtc.Negotiation) {
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

func (s *Server) deleteWHEP(w http.ResponseWriter, r *http.Request) {
	if v := s.sessionOf(w, r); v != nil {
		v.close()
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
