// Package server is the companion: it takes streams in (from the app in-process, over RTMP, SRT and WebRTC), and gives
// them to people who watch: a page that plays them over WebRTC (WHEP) or LL-HLS. Packets go in through a Publication,
// whoever writes to it, and come out through one bounded queue a viewer, so that nobody who watches can hold up a
// broadcast. It listens on loopback unless told otherwise, and knows nothing of who publishes.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"golive/encoder"
	"golive/internal/rtc"
	"golive/secret"
)

var (
	// ErrBadName is returned for a stream name that is not 1 to 64 letters, digits, "-" or "_".
	ErrBadName = errors.New("malformed stream name")
	// ErrTaken is returned when somebody else publishes a stream of that name.
	ErrTaken = errors.New("stream name is in use")

	errClosed = errors.New("server is closed")
	errOther  = errors.New("it is published anew, with other tracks")
)

// Config says where the server listens. An address asked for explicitly that is taken is an error; a default one
// (the field is "") gives way to a free port.
type Config struct {
	HTTP   string // TCP; "" is 127.0.0.1:8080
	RTMP   string // TCP; "" is 127.0.0.1:1935; "off" is none
	SRT    string // UDP; "" is 127.0.0.1:8890; "off" is none
	WebRTC string // UDP, and TCP for who has no UDP; "" is 127.0.0.1:8189
	// WebRTCHosts are further addresses or names that viewers reach the WebRTC port by, such as a router's.
	WebRTCHosts []string
	// ICEServers, if there are any, help those viewers who cannot reach that port.
	ICEServers []rtc.ICEServer
	// SRTPassphrase, if not empty, is what SRT has to be encrypted with: 10 to 79 characters.
	SRTPassphrase secret.Secret
	// ClocksAgree says that the clocks of publishers on other computers go with this one's (by NTP, say), so that
	// latency can be told from when they say their pictures were taken.
	ClocksAgree bool
	// Patience is how long a stream waits for its publisher to come back; 0 is 10 s, less is not at all.
	Patience time.Duration
	Access   Access
	// Data is the folder for recordings, "" for none; Keep says what they are.
	Data string
	Keep Keep
	// TLSCert and TLSKey, if they are set, are the PEM files of a certificate: pages and API are served over HTTPS then.
	// They are read again when they change.
	TLSCert, TLSKey string
	// Hosts are further names that the web server answers to, such as that of a reverse proxy in front of it.
	Hosts []string
	// AccessLog logs every request at level info, else at debug.
	AccessLog bool
	// Viewers is how many may watch at once over WebRTC, RTMP and SRT; 0 is 1000.
	Viewers    int
	Collectors []prometheus.Collector // further metrics for /metrics
	Log        *slog.Logger
}

// An ICEServer helps viewers and this server to find a way to each other.
type ICEServer = rtc.ICEServer

// webGrace is how long Close waits for answers that are on their way.
const webGrace = 500 * time.Millisecond

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

	mu       sync.Mutex
	streams  map[string]*Publication
	sessions map[string]*session  // by secret id
	seats    int                  // sessions and contributions, and those about to be
	homes    map[netip.Prefix]int // seats, by address
	watching sync.WaitGroup       // one a seat
	closed   bool

	contributions map[string]*contribution // by secret id
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
		streams: map[string]*Publication{}, sessions: map[string]*session{}, contributions: map[string]*contribution{},
		homes:  map[netip.Prefix]int{},
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

// Publish begins the stream name with these tracks, or goes on with one whose publisher is gone and that had such
// tracks. keyframe, if not nil, is called from any goroutine when a viewer needs a key frame. Errors: a name that is
// malformed or being published by someone else.
func (s *Server) Publish(name string, streams []*encoder.Stream, keyframe func()) (*Publisher, error) {
	if !validName(name) {
		return nil, fmt.Errorf("%w %q: use 1 to 64 letters, digits, - or _", ErrBadName, name)
	}
	if p := s.stream(name); p != nil && !p.busy() {
		if w := p.resume(streams, keyframe); w != nil {
			s.log.Info("stream goes on", "stream", name)
			s.events.announce(event{Type: eventBack, Stream: name})
			return w, nil
		}
		p.end(errOther)
	}
	p, err := newPublication(s, name, streams, keyframe)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", name, err)
	}
	w := &Publisher{p}
	p.writer = w
	if err := s.add(p); err != nil {
		p.hls.Close()
		return nil, err
	}
	s.log.Info("stream started", "stream", name, "tracks", len(streams))
	since := p.since.UTC()
	s.events.announce(event{Type: eventStarted, Stream: name, Since: &since})
	if s.recordings.all() {
		if _, err := s.recordings.start(p); err != nil {
			s.log.Error("the stream is not recorded", "stream", name, "error", err)
		}
	}
	return w, nil
}

func (s *Server) add(p *Publication) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if s.streams[p.name] != nil {
		return taken(p.name)
	}
	s.streams[p.name] = p
	return nil
}

// taken is what who wants to publish a stream that somebody publishes is told.
func taken(name string) error {
	return fmt.Errorf("%w: somebody is publishing %q already", ErrTaken, name)
}

// free returns an error if somebody publishes that stream.
func (s *Server) free(name string) error {
	if p := s.stream(name); p != nil && p.busy() {
		return taken(name)
	}
	return nil
}

// remove forgets p; the name is free from then on.
func (s *Server) remove(p *Publication) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[p.name] == p {
		delete(s.streams, p.name)
	}
}

// stream returns the running stream of that name, or nil.
func (s *Server) stream(name string) *Publication {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams[name]
}

// running returns the streams by name.
func (s *Server) running() []*Publication {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.streams), func(a, b *Publication) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
}

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

// Close ends all streams and connections and waits, at most as long as ctx allows. It may be called twice.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	for _, v := range s.sessions {
		v.close() // those that have not connected yet belong to no stream that would end them
	}
	for _, c := range s.contributions {
		c.close(errClosed)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.ingest != nil {
			s.ingest.close()
		}
		if s.srt != nil {
			s.srt.close()
		}
		for _, p := range s.running() {
			p.end(errClosed) // wakes the HLS requests that wait for its next part
		}
		s.sockets.close()
		s.rtc.HangUp()
		s.watching.Wait()
		s.rtc.Close()
	}()
	err := s.closeWeb(ctx)
	select {
	case <-done:
	case <-ctx.Done():
		return fmt.Errorf("close server: %w", ctx.Err())
	}
	s.loops.Wait()
	s.recordings.close()
	s.door.close()
	return err
}

// closeWeb lets the requests that are being answered end, for a moment: a browser keeps connections on which it has not
// asked anything, and those do not end by themselves.
func (s *Server) closeWeb(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, webGrace)
	defer cancel()
	if s.web.Shutdown(ctx) == nil {
		return nil
	}
	return s.web.Close()
}

// closeListeners frees the ports after a failed Start.
func (s *Server) closeListeners() {
	if s.recordings != nil {
		s.recordings.close()
	}
	if s.listen != nil {
		_ = s.listen.Close()
	}
	if s.rtc != nil {
		s.rtc.Close()
	}
	if s.ingest != nil {
		s.ingest.close()
	}
	if s.srt != nil {
		s.srt.close()
	}
}

// validName says whether name can be a stream's: it ends up in paths, URLs and logs.
func validName(name string) bool { return namePattern.MatchString(name) }

var namePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// reachable turns a wildcard address into one that can be opened on this computer.
func reachable(addr string) string {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || !ap.Addr().IsUnspecified() {
		return addr
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port()).String()
}
