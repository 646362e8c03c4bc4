package server

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"golive/internal/refusal"
)

const (
	// writeTimeout is how long a client may take to read a part of a response.
	writeTimeout = 8 * time.Second
	// writePiece is how much such a part is, in bytes.
	writePiece = 64 << 10
)

//go:embed all:viewer/dist
var dist embed.FS

// routes returns everything the server answers to.
func (s *Server) routes(c Config) (http.Handler, error) {
	pages, err := fs.Sub(dist, "viewer/dist")
	if err != nil {
		return nil, fmt.Errorf("viewer page: %w", err)
	}
	metrics, err := newMetrics(append([]prometheus.Collector{collector{s}}, c.Collectors...))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range s.table(pages, metrics) {
		mux.HandleFunc(r.pattern, s.recorded(r, named(r, s.allowed(r))))
	}
	return s.guard(timed(mux)), nil
}

// table returns all routes. A session of WebRTC is known by its secret id.
func (s *Server) table(pages fs.FS, metrics http.Handler) []route {
	return []route{
		s.page("GET /{$}", servePage(pages, "index.html")),
		s.page("GET /watch/{stream}", servePage(pages, "watch.html")),
		{"GET /assets/{file}", anything, "page", func(w http.ResponseWriter, r *http.Request) {
			servePage(pages, r.PathValue("file"))(w, r)
		}},
		{"GET /healthz", anything, "api", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }},
		{"GET /metrics", manage, "api", metrics.ServeHTTP},

		{"POST /whep/{stream}", view, "whep", s.postWHEP},
		{"OPTIONS /whep/{stream}", anything, "whep", s.optionsWHEP},
		{"PATCH /whep/{stream}/{session}", anything, "whep", s.patchSession},
		{"OPTIONS /whep/{stream}/{session}", anything, "whep", s.optionsSession},
		{"DELETE /whep/{stream}/{session}", anything, "whep", s.deleteSession},
		{"POST /whip/{stream}", publish, "whip", s.postWHIP},
		{"OPTIONS /whip/{stream}", anything, "whip", s.optionsWHEP},
		{"PATCH /whip/{stream}/{session}", anything, "whip", s.patchSession},
		{"OPTIONS /whip/{stream}/{session}", anything, "whip", s.optionsSession},
		{"DELETE /whip/{stream}/{session}", anything, "whip", s.deleteSession},
		{"GET /hls/{stream}/{file}", view, "hls", s.getHLS},
		{"GET /hls/{stream}/ts/{file}", view, "hls", s.getOldHLS},
		{"GET /dash/{stream}/{file}", view, "dash", s.getDASH},

		{"GET /api/v1/signal/{stream}", view, "webrtc", s.getSignal},
		{"GET /api/v1/events", view, "api", s.getEvents},
		{"GET /api/v1/streams/{stream}/thumbnail.jpg", view, "api", s.getThumbnail},
		{"POST /api/v1/streams/{stream}/recording", manage, "api", s.postRecording},
		{"DELETE /api/v1/streams/{stream}/recording", manage, "api", s.stopRecording},
		{"GET /api/v1/recordings", view, "api", s.getRecordings},
		{"GET /api/v1/recordings/{stream}/{file}", view, "api", s.getRecording},
		{"DELETE /api/v1/recordings/{stream}/{file}", manage, "api", s.deleteRecording},
		{"GET /api/v1/time", anything, "api", getTime},
		{"GET /api/v1/openapi.json", anything, "api", getOpenAPI},
		{"GET /api/v1/streams", view, "api", s.getStreams},
		{"GET /api/v1/streams/{stream}", view, "api", s.getStream},
		{"DELETE /api/v1/streams/{stream}", manage, "api", s.deleteStream},
		{"GET /api/v1/streams/{stream}/viewers", manage, "api", s.getViewers},
		{"DELETE /api/v1/streams/{stream}/viewers/{viewer}", manage, "api", s.deleteViewer},
		{"POST /api/v1/streams/{stream}/latency", view, "api", s.postLatency},
	}
}

// timed bounds how long a client may take to read each part of a response, so that nobody holds one open by not reading
// it.
func timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &timedWriter{w}
		t.extend()
		next.ServeHTTP(t, r)
	})
}

// A timedWriter has a deadline for each part that is written.
type timedWriter struct{ http.ResponseWriter }

func (t *timedWriter) extend() {
	_ = http.NewResponseController(t.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTimeout))
}

// WriteHeader implements http.ResponseWriter.
func (t *timedWriter) WriteHeader(status int) {
	t.extend()
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *timedWriter) Write(b []byte) (int, error) {
	done := 0
	for {
		t.extend()
		n, err := t.ResponseWriter.Write(b[done:min(done+writePiece, len(b))])
		if done += n; err != nil || done == len(b) {
			return done, err
		}
	}
}

// Unwrap is for http.ResponseController.
func (t *timedWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// servePage serves one embedded file.
func servePage(pages fs.FS, file string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := fs.Stat(pages, file); err != nil {
			refusal.Say(w, http.StatusNotFound, "there is no such file")
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pages, file)
	}
}

// streamOf returns the running stream of the request's URL, or answers that there is none.
func (s *Server) streamOf(w http.ResponseWriter, r *http.Request) *Publication {
	p := s.stream(r.PathValue("stream"))
	if p == nil {
		refusal.Answer(w, s.absent(r.PathValue("stream")))
	}
	return p
}

// absent is what who asks for a stream that does not run is told.
func (s *Server) absent(name string) error {
	if why := s.endings.of(name); why != "" {
		return refusal.New(http.StatusNotFound, nobody+"; the last one ended: "+why)
	}
	return refusal.New(http.StatusNotFound, nobody)
}
