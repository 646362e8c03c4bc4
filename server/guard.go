package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"golive/internal/refusal"
)

// policy lets a page of ours load and do nothing but what it needs: media comes as blobs (Media Source Extensions).
const policy = "default-src 'self'; media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; " +
	"form-action 'none'; frame-ancestors 'self'"

// guard refuses what another web page, in the browser of somebody who can reach this server, could make that browser
// send: requests under a name that was pointed here (DNS rebinding), writes, and reads across origins.
func (s *Server) guard(next http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		switch {
		case !s.ownHost(r):
			refusal.Say(w, http.StatusMisdirectedRequest, "this server does not answer to that name: use the address it listens on")
		case foreign(r):
			refusal.Say(w, http.StatusForbidden, "requests from other sites are not answered")
		default:
			protected.ServeHTTP(w, r)
		}
	})
}

// ownHost says whether the Host header names this server: the host it was told to listen on, localhost, a loopback
// address, or the very address the connection came in on. A name that somebody pointed at us is none of them.
func (s *Server) ownHost(r *http.Request) bool {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		if host, port = strings.Trim(r.Host, "[]"), "80"; r.TLS != nil {
			port = "443"
		}
	}
	if slices.ContainsFunc(s.settings.Load().hosts, func(own string) bool { return strings.EqualFold(own, host) }) {
		return true
	}
	if _, own, _ := net.SplitHostPort(s.HTTPAddr()); port != own {
		return false
	}
	if strings.EqualFold(host, "localhost") || s.host != "" && strings.EqualFold(host, s.host) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ip.Unmap() == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || ip == netip.IPv6Loopback() ||
		local != nil && ip.Unmap() == local.AddrPort().Addr().Unmap()
}

// foreign says whether a browser sends the request for a page of another origin. Following a link to one of our pages
// is fine.
func foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	page := r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, "/watch/")
	navigation := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
	return !(r.Method == http.MethodGet && page && navigation)
}
