package server

import (
	"net/http"
	"time"
)

// An answer counts what goes out in response to a request.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
	to     *listener // who is served media; nil for others
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	if a.to != nil {
		a.to.bytes.Add(int64(n))
	}
	return n, err
}

// Unwrap lets http.ResponseController through.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// recorded notes each request to a route in the access log and in what has gone out. Neither has paths or queries, which
// may hold secrets: the route and the stream say what was asked for.
func (s *Server) recorded(r route, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		begun := time.Now()
		a := &answer{ResponseWriter: w, status: http.StatusOK}
		next(a, req)
		s.traffic.add(r.protocol, flow{bytes: a.bytes})
		stream := req.PathValue("stream")
		if !validName(stream) {
			stream = ""
		}
		s.log.Log(req.Context(), s.settings.Load().access, "request", "route", r.pattern, "stream", stream, "status", a.status,
			"bytes", a.bytes, "from", addressOf(peer(req.RemoteAddr)).Addr(), "took", time.Since(begun).Round(time.Millisecond))
	}
}
