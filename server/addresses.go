package server

import "net/netip"

// HTTPAddr returns where the pages and the API are served, such as 127.0.0.1:8080.
func (s *Server) HTTPAddr() string { return s.listen.Addr().String() }

// RTMPAddr returns where RTMP is taken in, or "" when it is off.
func (s *Server) RTMPAddr() string {
	if s.ingest == nil {
		return ""
	}
	return s.ingest.listen.Addr().String()
}

// SRTAddr returns where SRT is taken in, or "" when it is off.
func (s *Server) SRTAddr() string {
	if s.srt == nil {
		return ""
	}
	return s.srt.listen.Addr().String()
}

// WebRTCAddr returns the UDP address that all WebRTC media leaves from.
func (s *Server) WebRTCAddr() string { return s.rtc.Addr() }

// WatchURL returns the address of the watch page of a stream, such as http://127.0.0.1:8080/watch/live.
func (s *Server) WatchURL(name string) string { return s.ListURL() + "watch/" + name }

// InviteURL returns a link to the watch page of a stream that needs no token: one that works once within a day, or
// for a month. While everybody may watch, it is that of WatchURL.
func (s *Server) InviteURL(name string, once bool) string {
	if s.door.access.Load().open(view) {
		return s.WatchURL(name)
	}
	if once {
		return s.WatchURL(name) + "?token=" + s.door.passes.invite(name)
	}
	return s.WatchURL(name) + "?token=" + s.door.passes.issue(name, linkPass)
}

// ListURL returns the address of the page that lists all streams, such as http://127.0.0.1:8080/.
func (s *Server) ListURL() string {
	scheme := "http://"
	if s.cert != nil {
		scheme = "https://"
	}
	return scheme + reachable(s.HTTPAddr()) + "/"
}

// RTMPURL returns where a stream can be published, such as rtmp://127.0.0.1:1935/live/x; "" when RTMP is off.
func (s *Server) RTMPURL(name string) string {
	if s.ingest == nil {
		return ""
	}
	return "rtmp://" + reachable(s.RTMPAddr()) + "/live/" + name
}

// SRTURL returns where a stream can be published, such as srt://127.0.0.1:8890?streamid=publish:x; "" when SRT is off.
func (s *Server) SRTURL(name string) string {
	if s.srt == nil {
		return ""
	}
	return "srt://" + reachable(s.SRTAddr()) + "?streamid=publish:" + name
}

// reachable turns a wildcard address into one that can be opened on this computer.
func reachable(addr string) string {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsUnspecified() {
		return addr
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port()).String()
}
