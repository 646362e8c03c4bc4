// Package rtc is the server's end of WebRTC: the port that all media leaves from, what two sides agree on, and the tracks that
// are sent to one viewer.
package rtc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"golive/internal/batch"
	"golive/internal/fanout"
	"golive/internal/intake"
	"golive/secret"
)

const (
	// ConnectTimeout is how long it may take from the answer to the first media.
	ConnectTimeout = 10 * time.Second

	viewerSilent = 3 * time.Second // nothing came: perhaps gone
	viewerGone   = 7 * time.Second // after that: gone
	viewerPing   = 2 * time.Second
	// udpBuffer holds the key frames of many viewers, in bytes.
	udpBuffer = 2 << 20
	// tcpPackets is how many packets of a viewer over TCP wait for being read.
	tcpPackets = 64
)

// An ICEServer helps viewers and this server to find a way to each other.
type ICEServer struct {
	URL        string // stun:host:port, turn:host:port, turns:host:port
	Username   string // of a TURN server
	Credential secret.Secret
}

// An Endpoint is the one port that all WebRTC media leaves from: UDP, and TCP of the same number for viewers whose
// network lets no UDP through. Without STUN and TURN servers it is ICE-lite: it answers checks and makes none, since who
// watches reaches it or does not.
type Endpoint struct {
	conn     *batch.Conn
	tcp      ice.TCPMux
	settings webrtc.SettingEngine
	mux      ice.UDPMux
	cert     webrtc.Certificate
	servers  []webrtc.ICEServer
	senders  []*fanout.Sender // one a lane of conn
}

// New returns one that Serve gives its sockets. hosts are further addresses or names that peers reach those by, servers help
// who cannot.
func New(hosts []string, servers []ICEServer, log *slog.Logger) (*Endpoint, error) {
	e := &Endpoint{}
	e.settings.LoggerFactory = logFactory{log}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("webrtc: certificate: %w", err)
	}
	e.cert = *cert
	for _, s := range servers {
		server, err := s.check()
		if err != nil {
			return nil, err
		}
		e.servers = append(e.servers, server)
	}
	if err := e.announce(hosts); err != nil {
		return nil, err
	}
	return e, nil
}

// check returns s as the library wants it.
func (s ICEServer) check() (webrtc.ICEServer, error) {
	scheme, _, _ := strings.Cut(s.URL, ":")
	switch scheme {
	case "stun", "stuns":
	case "turn", "turns":
		if s.Username == "" || s.Credential.Empty() {
			return webrtc.ICEServer{}, fmt.Errorf("%s needs a user name and a credential", s.URL)
		}
	default:
		return webrtc.ICEServer{}, fmt.Errorf("%q is no ICE server: use stun:HOST:PORT or turn:HOST:PORT", s.URL)
	}
	out := webrtc.ICEServer{URLs: []string{s.URL}}
	if s.Username != "" {
		out.Username, out.Credential = s.Username, s.Credential.Reveal()
	}
	return out, nil
}

// Links returns the ICE servers as peers are told of them (RFC 9725 section 4.6).
func (e *Endpoint) Links() []string {
	var all []string
	for _, s := range e.servers {
		link := "<" + s.URLs[0] + `>; rel="ice-server"`
		if s.Username != "" {
			link += fmt.Sprintf("; username=%q; credential=%q; credential-type=%q", s.Username, s.Credential, "password")
		}
		all = append(all, link)
	}
	return all
}

// announce makes candidates of hosts, besides those of the addresses that are listened on: what a router in front of
// this computer is reached by.
func (e *Endpoint) announce(hosts []string) error {
	var all []string
	for _, host := range hosts {
		ips, err := net.LookupIP(host)
		if err != nil {
			return fmt.Errorf("webrtc: host %s: %w", host, err)
		}
		for _, ip := range ips {
			all = append(all, ip.String())
		}
	}
	if len(all) == 0 {
		return nil
	}
	return e.settings.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
		External: all, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteAppend,
	})
}

// Serve takes the two sockets over, which close closes.
func (e *Endpoint) Serve(s Sockets) {
	_, _ = s.udp.SetReadBuffer(udpBuffer), s.udp.SetWriteBuffer(udpBuffer) // the system may give less
	e.conn = batch.New(s.udp)
	for range e.conn.Lanes() {
		e.senders = append(e.senders, fanout.NewSender(true, e.conn.Flush))
	}
	e.mux = webrtc.NewICEUDPMux(e.settings.LoggerFactory.NewLogger("ice"), e.conn)
	e.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: timedListener{s.tcp}, Logger: e.settings.LoggerFactory.NewLogger("ice"), ReadBufferSize: tcpPackets,
		FirstStunBindTimeout: ConnectTimeout, AliveDurationForConnFromStun: ConnectTimeout,
	})
	e.settings.SetICEUDPMux(e.mux)
	e.settings.SetICETCPMux(e.tcp)
	e.settings.SetLite(len(e.servers) == 0)
	e.settings.SetIncludeLoopbackCandidate(true)
	e.settings.SetSRTPReplayProtectionWindow(intake.MaxAhead) // what was asked for again comes that late; 64 is a tenth of a second
	e.settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.settings.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
	e.settings.SetICETimeouts(viewerSilent, viewerGone, viewerPing)
	e.settings.SetSTUNGatherTimeout(gatherPatience)
	e.settings.DisableActiveTCP(true) // viewers come to us
}

// Addr returns the address of both sockets.
func (e *Endpoint) Addr() string { return e.conn.LocalAddr().String() }

// SenderOf returns who sends to a viewer that is reached by datagrams.
func (e *Endpoint) SenderOf(remote *webrtc.ICECandidate) *fanout.Sender {
	ip, _ := netip.ParseAddr(remote.Address) // a name is any lane's
	return e.senders[e.conn.Lane(netip.AddrPortFrom(ip, remote.Port))]
}

// Flush makes what was written to viewers leave at once.
func (e *Endpoint) Flush() { e.conn.Flush() }

// HangUp ends the connections of viewers over TCP, on which writing may be stuck.
func (e *Endpoint) HangUp() { _ = e.tcp.Close() }

// Close ends everything. Its sessions must have ended.
func (e *Endpoint) Close() {
	e.HangUp()
	_ = e.mux.Close()
	_ = e.conn.Close()
	for _, d := range e.senders {
		d.Close()
	}
}

// Connect returns a peer connection that can send the H.264 format of the offer and Opus.
func (e *Endpoint) Connect(video webrtc.RTPCodecCapability) (*webrtc.PeerConnection, error) {
	media, err := mediaOf(video)
	if err != nil {
		return nil, err
	}
	ext := webrtc.RTPHeaderExtensionCapability{URI: playoutDelayURI}
	if err := media.RegisterHeaderExtension(ext, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e.settings),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	return api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{e.cert}, ICEServers: e.servers})
}

// mediaOf returns what is spoken: the H.264 format of an offer, and Opus.
func mediaOf(video webrtc.RTPCodecCapability) (*webrtc.MediaEngine, error) {
	media := &webrtc.MediaEngine{}
	h264 := webrtc.RTPCodecParameters{RTPCodecCapability: video, PayloadType: 96}
	opus := webrtc.RTPCodecParameters{RTPCodecCapability: OpusFormat(), PayloadType: 111}
	return media, errors.Join(
		media.RegisterCodec(h264, webrtc.RTPCodecTypeVideo), media.RegisterCodec(opus, webrtc.RTPCodecTypeAudio))
}
