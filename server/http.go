package server

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"
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
	metrics, err := newMetrics(c.Collectors)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", servePage(pages, "index.html"))
	mux.HandleFunc("GET /watch/{stream}", named(servePage(pages, "watch.html")))
	mux.HandleFunc("GET /assets/{file}", func(w http.ResponseWriter, r *http.Request) {
		servePage(pages, r.PathValue("file"))(w, r)
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.Handle("GET /metrics", metrics)

	mux.HandleFunc("POST /whep/{stream}", s.postWHEP)
	mux.HandleFunc("OPTIONS /whep/{stream}", s.optionsWHEP)
	mux.HandleFunc("PATCH /whep/{stream}/{session}", s.patchWHEP)
	mux.HandleFunc("OPTIONS /whep/{stream}/{session}", s.optionsSession)
	mux.HandleFunc("DELETE /whep/{stream}/{session}", s.deleteWHEP)
	mux.HandleFunc("POST /whip/{stream}", named(s.postWHIP))
	mux.HandleFunc("OPTIONS /whip/{stream}", s.optionsWHEP)
	mux.HandleFunc("PATCH /whip/{stream}/{session}", s.patchWHIP)
	mux.HandleFunc("OPTIONS /whip/{stream}/{session}", s.optionsSession)
	mux.HandleFunc("DELETE /whip/{stream}/{session}", s.deleteWHIP)
	mux.HandleFunc("GET /hls/{stream}/{file}", s.getHLS)

	mux.HandleFunc("GET /api/v1/signal/{stream}", named(s.getSignal))
	mux.HandleFunc("GET /api/v1/events", s.getEvents)
	mux.HandleFunc("GET /api/v1/time", getTime)
	mux.HandleFunc("GET /api/v1/streams", s.getStreams)
	mux.HandleFunc("GET /api/v1/streams/{stream}", s.getStream)
	mux.HandleFunc("POST /api/v1/streams/{stream}/latency", s.postLatency)
	return s.guard(timed(mux)), nil
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
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pages, file)
	}
}

// named refuses names that no stream can have.
func named(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !validName(r.PathValue("stream")) {
			fail(w, http.StatusNotFound, "no stream can have that name: use 1 to 64 letters, digits, - or _")
			return
		}
		next(w, r)
	}
}

// streamOf returns the running stream of the request's URL, or answers that there is none.
func (s *Server) streamOf(w http.ResponseWriter, r *http.Request) *Publication {
	p := s.stream(r.PathValue("stream"))
	if p == nil {
		failWith(w, s.absent(r.PathValue("stream")))
	}
	return p
}

// absent is what who asks for a stream that does not run is told.
func (s *Server) absent(name string) error {
	if why := s.endings.of(name); why != "" {
		return refused(http.StatusNotFound, nobody+"; the last one ended: "+why)
	}
	return refused(http.StatusNotFound, nobody)
}

// fail answers with one sentence.
func fail(w http.ResponseWriter, status int, sentence string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, sentence, status)
}
