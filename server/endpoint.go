package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
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

// An rtcEndpoint is the one port that all WebRTC media leaves from: UDP, and TCP of the same number for viewers whose
// network lets no UDP through. Without STUN and TURN servers it is ICE-lite: it answers checks and makes none, since who
// watches reaches it or does not.
type rtcEndpoint struct {
	conn     *batch.Conn
	tcp      ice.TCPMux
	settings webrtc.SettingEngine
	mux      ice.UDPMux
	cert     webrtc.Certificate
	servers  []webrtc.ICEServer
	senders  []*fanout.Sender // one a lane of conn
}

func newRTCEndpoint(c Config) (*rtcEndpoint, error) {
	e := &rtcEndpoint{}
	e.settings.LoggerFactory = webrtcLog{c.Log}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("webrtc: certificate: %w", err)
	}
	e.cert = *cert
	for _, s := range c.ICEServers {
		server, err := s.check()
		if err != nil {
			return nil, err
		}
		e.servers = append(e.servers, server)
	}
	if err := e.announce(c.WebRTCHosts); err != nil {
		return nil, err
	}
	sockets, err := listenWebRTC(c.WebRTC)
	if err != nil {
		return nil, err
	}
	e.listen(sockets)
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

// links returns the ICE servers as peers are told of them (RFC 9725 section 4.6).
func (e *rtcEndpoint) links() []string {
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
func (e *rtcEndpoint) announce(hosts []string) error {
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

// listen takes the two sockets over.
func (e *rtcEndpoint) listen(s rtcSockets) {
	_, _ = s.udp.SetReadBuffer(udpBuffer), s.udp.SetWriteBuffer(udpBuffer) // the system may give less
	e.conn = batch.New(s.udp)
	for range e.conn.Lanes() {
		e.senders = append(e.senders, fanout.NewSender(true, e.conn.Flush))
	}
	e.mux = webrtc.NewICEUDPMux(e.settings.LoggerFactory.NewLogger("ice"), e.conn)
	e.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: timedListener{s.tcp}, Logger: e.settings.LoggerFactory.NewLogger("ice"), ReadBufferSize: tcpPackets,
		FirstStunBindTimeout: connectTimeout, AliveDurationForConnFromStun: connectTimeout,
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

func (e *rtcEndpoint) addr() string { return e.conn.LocalAddr().String() }

// senderOf returns who sends to a viewer that is reached by datagrams.
func (e *rtcEndpoint) senderOf(remote *webrtc.ICECandidate) *fanout.Sender {
	ip, _ := netip.ParseAddr(remote.Address) // a name is any lane's
	return e.senders[e.conn.Lane(netip.AddrPortFrom(ip, remote.Port))]
}

// hangUp ends the connections of viewers over TCP, on which writing may be stuck.
func (e *rtcEndpoint) hangUp() { _ = e.tcp.Close() }

// close ends everything. Its sessions must have ended.
func (e *rtcEndpoint) close() {
	e.hangUp()
	_ = e.mux.Close()
	_ = e.conn.Close()
	for _, d := range e.senders {
		d.Close()
	}
}

// connect returns a peer connection that can send the H.264 format of the offer and Opus.
func (e *rtcEndpoint) connect(video webrtc.RTPCodecCapability) (*webrtc.PeerConnection, error) {
	media := &webrtc.MediaEngine{}
	for _, c := range []webrtc.RTPCodecParameters{
		{RTPCodecCapability: video, PayloadType: 96},
		{RTPCodecCapability: opusFormat(), PayloadType: 111},
	} {
		kind := webrtc.NewRTPCodecType(strings.Split(c.MimeType, "/")[0])
		if err := media.RegisterCodec(c, kind); err != nil {
			return nil, err
		}
	}
	ext := webrtc.RTPHeaderExtensionCapability{URI: playoutDelayURI}
	if err := media.RegisterHeaderExtension(ext, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e.settings),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	return api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{e.cert}, ICEServers: e.servers})
}

// A timedListener gives its connections deadlines.
type timedListener struct{ net.Listener }

// Accept implements net.Listener.
func (l timedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(tcpBuffer)
	}
	return &timedConn{Conn: conn}, nil
}

// tcpBuffer is what the system may keep for a viewer over TCP, in bytes: more would be delay.
const tcpBuffer = 256 << 10

// A timedConn is closed when its peer takes nothing for fanout.MaxStuck.
type timedConn struct{ net.Conn }

// Write implements net.Conn.
func (c *timedConn) Write(b []byte) (int, error) {
	_ = c.SetWriteDeadline(time.Now().Add(fanout.MaxStuck))
	n, err := c.Conn.Write(b)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		_ = c.Close()
	}
	return n, err
}
