package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const (
	playoutDelayURI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
	// maxSyncDelay is how long a picture may wait for its sound, in 10 ms.
	maxSyncDelay = 10

	// retransmitted packets a viewer and track: two seconds at 10 Mbit/s; the library wants a power of two.
	nackWindow = 2048
	// udpBuffer holds the key frames of many viewers, in bytes.
	udpBuffer = 2 << 20
)

var errNoH264 = errors.New("the offer has no H.264 video with packetization-mode=1 that this stream could be sent as")

// An rtcEndpoint is the one UDP port that all WebRTC media leaves from. It is ICE-lite: it answers checks and makes
// none, since who watches reaches it or does not.
type rtcEndpoint struct {
	conn     net.PacketConn
	settings webrtc.SettingEngine
	mux      ice.UDPMux
	cert     webrtc.Certificate
}

func newRTCEndpoint(asked string) (*rtcEndpoint, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	cert, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("webrtc: certificate: %w", err)
	}
	conn, err := listenUDP("WebRTC media", asked, defaultWebRTC)
	if err != nil {
		return nil, err
	}
	if udp, ok := conn.(*net.UDPConn); ok {
		_, _ = udp.SetReadBuffer(udpBuffer), udp.SetWriteBuffer(udpBuffer) // the system may give less
	}
	e := &rtcEndpoint{conn: conn, cert: *cert, mux: webrtc.NewICEUDPMux(nil, conn)}
	e.settings.SetICEUDPMux(e.mux)
	e.settings.SetLite(true)
	e.settings.SetIncludeLoopbackCandidate(true)
	e.settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	e.settings.SetICETimeouts(viewerSilent, viewerGone, viewerPing)
	return e, nil
}

func (e *rtcEndpoint) addr() string { return e.conn.LocalAddr().String() }

func (e *rtcEndpoint) close() {
	_ = e.mux.Close()
	_ = e.conn.Close()
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
	resend, err := nack.NewResponderInterceptor(nack.ResponderSize(nackWindow))
	if err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	registry.Add(resend)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e.settings),
		webrtc.WithInterceptorRegistry(registry))
	return api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{e.cert}})
}

func opusFormat() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: uint32(audioClock.Num), Channels: 2,
		SDPFmtpLine: "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1",
	}
}

// h264Format returns the offered H.264 format that a stream of this profile (profile_idc of the SPS) is best sent as:
// the same profile, else the first, since no browser is strict about it.
func h264Format(offer webrtc.SessionDescription, profile byte) (webrtc.RTPCodecCapability, error) {
	parsed, err := offer.Unmarshal()
	if err != nil {
		return webrtc.RTPCodecCapability{}, fmt.Errorf("malformed SDP: %w", err)
	}
	best := ""
	for _, m := range parsed.MediaDescriptions {
		if m.MediaName.Media != "video" {
			continue
		}
		for _, a := range m.Attributes {
			line, ok := h264Parameters(a.Key, a.Value)
			if ok && (best == "" || strings.Contains(line, fmt.Sprintf("profile-level-id=%02x", profile))) {
				best = line
			}
		}
	}
	if best == "" {
		return webrtc.RTPCodecCapability{}, errNoH264
	}
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: uint32(videoClock.Num), SDPFmtpLine: best,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}},
	}, nil
}

// h264Parameters returns the format parameters of an fmtp attribute of H.264 that is packetised as we do it.
func h264Parameters(key, value string) (string, bool) {
	_, line, ok := strings.Cut(value, " ")
	line = strings.ToLower(line)
	return line, ok && key == "fmtp" && strings.Contains(line, "profile-level-id=") &&
		strings.Contains(line, "packetization-mode=1")
}

// playSoon tells the player to show pictures as they come, later only as far as sound needs it to stay together with
// them (the playout-delay extension, in units of 10 ms).
func playSoon() []byte {
	b, _ := rtp.PlayoutDelayExtension{MinDelay: 0, MaxDelay: maxSyncDelay}.Marshal() // fails only out of range
	return b
}
