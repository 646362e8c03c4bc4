package server

import (
	"net/http"
	"strings"

	"golive/internal/refusal"
)

// A route is something that the server answers to.
type route struct {
	pattern  string // of http.ServeMux
	do       action // what one must be allowed to do
	protocol string // as the hook is told
	handler  http.HandlerFunc
}

// named refuses names that no stream can have.
func named(r route, next http.HandlerFunc) http.HandlerFunc {
	if !strings.Contains(r.pattern, "{stream}") {
		return next
	}
	return func(w http.ResponseWriter, req *http.Request) {
		if !validName(req.PathValue("stream")) {
			refusal.Say(w, http.StatusNotFound, "no stream can have that name: use 1 to 64 letters, digits, - or _")
			return
		}
		next(w, req)
	}
}

// allowed lets in who may do what the route is for.
func (s *Server) allowed(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		if err := s.door.admit(req.Context(), s.visit(r, req)); err != nil {
			refusal.Answer(w, err)
			return
		}
		r.handler(w, req)
	}
}

// visit says who makes a request, and for what.
func (s *Server) visit(r route, req *http.Request) visit {
	v := visit{do: r.do, stream: req.PathValue("stream"), protocol: r.protocol, from: peer(req.RemoteAddr)}
	scheme, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") {
		v.token = strings.TrimSpace(token)
	} else {
		v.token = req.URL.Query().Get("token")
	}
	if c, err := req.Cookie(s.cookie()); err == nil {
		v.pass = c.Value
	}
	return v
}

// peer is the address that a request comes from. It implements net.Addr.
type peer string

func (peer) Network() string  { return "tcp" }
func (p peer) String() string { return string(p) }

// page is the route of a page. Who comes with a token in its address gets a pass as a cookie, and the address without the
// token: it stays out of the history, and of what people pass on.
func (s *Server) page(pattern string, show http.HandlerFunc) route {
	r := route{pattern: pattern, do: view, protocol: "page", handler: show}
	enter := func(w http.ResponseWriter, req *http.Request) {
		scope, err := s.enter(req, s.visit(r, req))
		if err != nil {
			refusal.Answer(w, err)
			return
		}
		http.SetCookie(w, &http.Cookie{
			Name: s.cookie(), Value: s.door.passes.issue(scope, pagePass), Path: "/", MaxAge: int(pagePass.Seconds()),
			HttpOnly: true, Secure: req.TLS != nil, SameSite: http.SameSiteLaxMode,
		})
		query := req.URL.Query()
		query.Del("token")
		to := *req.URL
		to.RawQuery = query.Encode()
		http.Redirect(w, req, to.RequestURI(), http.StatusSeeOther)
	}
	look := s.allowed(r)
	return route{pattern, anything, r.protocol, func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Query().Has("token") {
			enter(w, req)
			return
		}
		look(w, req)
	}}
}

// enter returns what a token in the address of a page is good for: one stream, or all when that is "".
func (s *Server) enter(req *http.Request, v visit) (scope string, err error) {
	if stream, ok := s.door.passes.redeem(v.token); ok {
		return stream, nil
	}
	if err := s.door.admit(req.Context(), v); err != nil {
		return "", err
	}
	return s.door.scope(v), nil
}

// cookie is the name of the one with the pass of a page. It has the port in it, since browsers give a cookie to all ports of
// a host.
func (s *Server) cookie() string {
	addr := s.HTTPAddr()
	return "golive" + addr[strings.LastIndexByte(addr, ':')+1:]
}
