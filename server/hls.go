package server

import (
	"errors"
	"net/http"

	"golive/internal/refusal"
)

// getHLS serves playlists, segments and parts.
func (s *Server) getHLS(w http.ResponseWriter, r *http.Request) {
	if p := s.streamOf(w, r); p != nil && p.crowd.admit(w, r, "hls") {
		p.hls.ServeHLS(w, r)
	}
}

// getOldHLS serves HLS with MPEG-TS.
func (s *Server) getOldHLS(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil || !p.crowd.admit(w, r, "hls") {
		return
	}
	f, err := p.oldHLS()
	switch {
	case errors.Is(err, errEnded):
		refusal.Answer(w, s.absent(p.name))
	case err != nil:
		refusal.Answer(w, err)
	default:
		f.hls.ServeHLS(w, r)
	}
}

// getDASH serves the manifest, the segments, and the time of day.
func (s *Server) getDASH(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil || !p.crowd.admit(w, r, "dash") {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if err := p.hls.ServeDASH(w, r); err != nil {
		refusal.Answer(w, err)
	}
}
