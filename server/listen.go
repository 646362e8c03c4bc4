package server

import (
	"fmt"
	"net"

	"golive/internal/rtc"
)

const (
	defaultHTTP   = "127.0.0.1:8080"
	defaultRTMP   = "127.0.0.1:1935"
	defaultSRT    = "127.0.0.1:8890"
	defaultWebRTC = "127.0.0.1:8189"
)

// listenTCP listens on asked, or, when that is "", on standard or else a free port of the same host.
func listenTCP(what, asked, standard string) (net.Listener, error) {
	return listen(what, asked, standard, func(addr string) (net.Listener, error) { return net.Listen("tcp", addr) })
}

// openRTC opens the port of WebRTC media.
func openRTC(c Config) (*rtc.Endpoint, error) {
	e, err := rtc.New(c.WebRTCHosts, c.ICEServers, c.Log)
	if err != nil {
		return nil, err
	}
	sockets, err := listen("WebRTC media", c.WebRTC, defaultWebRTC, rtc.Open)
	if err != nil {
		return nil, err
	}
	e.Serve(sockets)
	return e, nil
}

func listen[T any](what, asked, standard string, open func(addr string) (T, error)) (T, error) {
	if asked != "" {
		l, err := open(asked)
		if err != nil {
			return l, fmt.Errorf("cannot listen on %s for the %s: "+
				"choose another address, or stop the program that uses it: %w", asked, what, err)
		}
		return l, nil
	}
	if l, err := open(standard); err == nil {
		return l, nil
	}
	host, _, _ := net.SplitHostPort(standard)
	l, err := open(net.JoinHostPort(host, "0"))
	if err != nil {
		return l, fmt.Errorf("cannot listen on any port of %s for the %s: %w", host, what, err)
	}
	return l, nil
}

// warnIfOpen says so when others than the people on this computer can do what they like.
func (s *Server) warnIfOpen() {
	a := s.door.access.Load()
	for _, l := range []struct {
		addr, what string
		do         action
	}{
		{s.HTTPAddr(), "watch", view},
		{s.HTTPAddr(), "publish", publish},
		{s.RTMPAddr(), "publish over RTMP", publish},
		{s.SRTAddr(), "publish over SRT", publish},
	} {
		host, _, err := net.SplitHostPort(l.addr)
		if err != nil || net.ParseIP(host).IsLoopback() || !a.open(l.do) {
			continue
		}
		s.log.Warn("everybody who reaches " + l.addr + " may " + l.what + ": set tokens, or listen on 127.0.0.1 only")
	}
}
