// Package server is the companion: it takes streams in (from the app in-process, over RTMP, SRT and WebRTC), and gives
// them to people who watch: a page that plays them over WebRTC (WHEP) or LL-HLS. Packets go in through a Publication,
// whoever writes to it, and come out through one bounded queue a viewer, so that nobody who watches can hold up a
// broadcast. It listens on loopback unless told otherwise, and knows nothing of who publishes.
package server

import (
	"cmp"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golive/encoder"
	"golive/internal/rtc"
)

var (
	// ErrBadName is returned for a stream name that is not 1 to 64 letters, digits, "-" or "_".
	ErrBadName = errors.New("malformed stream name")
	// ErrTaken is returned when somebody else publishes a stream of that name.
	ErrTaken = errors.New("stream name is in use")

	errClosed = errors.New("server is closed")
	errOther  = errors.New("it is published anew, with other tracks")
)

// A Server runs from Start to Close.
type Server struct {
	log    *slog.Logger
	host   string // as asked for, for the allow-list
	config Config // as it was started with
	door   *door
	listen net.Listener
	web    *http.Server
	cert   *certificate // nil without HTTPS
	rtc    *rtc.Endpoint
	ingest *ingest  // nil when RTMP is off
	srt    *srtDoor // nil when SRT is off
	loops  sync.WaitGroup
	done   chan struct{} // closed by Close

	clocksAgree bool          // Config.ClocksAgree
	patience    time.Duration // Config.Patience
	endings     endings

	recordings *recordings
	settings   atomic.Pointer[settings]
	decoding   sync.Mutex // of thumbnails: one at a time
	traffic    traffic
	events     events
	sockets    sockets
	seats      seats

	mu      sync.Mutex
	streams map[string]*Publication
	closed  bool
}

// Start listens and serves. Errors name the address and what to do.
func Start(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := newServer(c)
	encoder.Log(c.Log)
	if err := s.open(c); err != nil {
		s.closeListeners()
		return nil, err
	}
	s.loops.Go(s.serveWeb)
	if s.ingest != nil {
		s.loops.Go(s.ingest.serve)
	}
	if s.srt != nil {
		s.loops.Go(s.srt.serve)
	}
	s.loops.Go(s.countViewers)
	s.loops.Go(func() { s.recordings.tend(s.done) })
	s.log.Info("server started", "http", s.HTTPAddr(), "rtmp", s.RTMPAddr(), "srt", s.SRTAddr(), "webrtc", s.rtc.Addr())
	s.warnIfOpen()
	return s, nil
}

// newServer returns a server that has no ports yet.
func newServer(c Config) *Server {
	s := &Server{
		config: c,
		log:    c.Log, clocksAgree: c.ClocksAgree, patience: cmp.Or(c.Patience, defaultPatience),
		door: newDoor(c.Access), done: make(chan struct{}),
		streams: map[string]*Publication{}, seats: newSeats(),
		events: events{listeners: map[chan event]struct{}{}}, sockets: sockets{open: map[*socket]struct{}{}},
	}
	s.settings.Store(settingsOf(c))
	return s
}

func (s *Server) serveWeb() {
	serve := s.web.Serve
	if s.cert != nil {
		s.web.TLSConfig = s.cert.config()
		serve = func(l net.Listener) error { return s.web.ServeTLS(l, "", "") }
	}
	if err := serve(s.listen); !errors.Is(err, http.ErrServerClosed) {
		s.log.Error("web server stopped", "error", err)
	}
}

// open takes every port before anything is served, so that an error leaves nothing half-started.
func (s *Server) open(c Config) error {
	err := c.check()
	if err != nil {
		return err
	}
	if s.recordings, err = openRecordings(c.Data, c.Keep, s.log); err != nil {
		return err
	}
	if s.listen, err = listenTCP("watch page", c.HTTP, defaultHTTP); err != nil {
		return err
	}
	if s.rtc, err = openRTC(c); err != nil {
		return err
	}
	if c.RTMP != "off" {
		if s.ingest, err = newIngest(s, c.RTMP); err != nil {
			return err
		}
	}
	if c.SRT != "off" {
		if s.srt, err = newSRTDoor(s, c.SRT, c.SRTPassphrase); err != nil {
			return err
		}
	}
	s.host, _, _ = net.SplitHostPort(c.HTTP)
	handler, err := s.routes(c)
	if err != nil {
		return err
	}
	s.web = &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       8 * time.Second,
		IdleTimeout:       8 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	if c.TLSCert == "" && c.TLSKey == "" {
		return nil
	}
	s.cert, err = newCertificate(c.TLSCert, c.TLSKey, s.log)
	return err
}
