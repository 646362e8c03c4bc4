package server

import (
	"net/http"

	"golive/internal/refusal"
)

func (s *Server) getRecordings(w http.ResponseWriter, _ *http.Request) {
	reply(w, s.recordings.list())
}

// getRecording serves a file, whole or in ranges.
func (s *Server) getRecording(w http.ResponseWriter, r *http.Request) {
	f, err := s.recordings.open(r.PathValue("stream"), r.PathValue("file"))
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, info.Name(), info.ModTime(), f)
}

func (s *Server) deleteRecording(w http.ResponseWriter, r *http.Request) {
	if err := s.recordings.remove(r.PathValue("stream"), r.PathValue("file")); err != nil {
		refusal.Answer(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// postRecording begins to record a stream, and answers when there is a file.
func (s *Server) postRecording(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil {
		return
	}
	one, err := s.recordings.start(p)
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	select {
	case <-one.begun:
	case <-r.Context().Done():
		return
	}
	if err := one.failed(); err != nil {
		refusal.Say(w, http.StatusServiceUnavailable, "the stream cannot be recorded: "+err.Error())
		return
	}
	s.replyRecording(w, http.StatusCreated, one)
}

func (s *Server) stopRecording(w http.ResponseWriter, r *http.Request) {
	one, err := s.recordings.stop(r.PathValue("stream"))
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	s.replyRecording(w, http.StatusOK, one)
}

func (s *Server) replyRecording(w http.ResponseWriter, status int, one *running) {
	told, err := s.recordings.describe(one.stream, one.name())
	if err != nil {
		refusal.Answer(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	reply(w, told)
}
