package publish

import (
	"fmt"
	"strings"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
)

const (
	// The time until a peer that is not heard of is given up (RFC 7675): together less than noProgress.
	whipSilent, whipGone, whipPing = 2500 * time.Millisecond, 2 * time.Second, 500 * time.Millisecond
	// nackMemory is how many packets can be sent again: five seconds at 6 Mbit/s; the library wants a power of two.
	nackMemory = 4096
	// The bounds of what the way is believed to carry, in bit/s; the upper one is a multiple of the stream.
	leastEstimate, mostEstimate = 100_000, 2
)

// An estimator is GCC: the rate that the way carries, by the delay and loss of its packets.
type estimator = cc.BandwidthEstimator

// newPeer returns a connection that can send these formats, measure what is sent and note it in a ledger, and send it again
// as a resender lets. rate is that of the stream in bit/s.
func newPeer(streams []*encoder.Stream, rate int, l *ledger, r *resender) (*webrtc.PeerConnection, estimator, error) {
	media := &webrtc.MediaEngine{}
	for i, s := range streams {
		kind, formats := webrtc.RTPCodecTypeAudio, []webrtc.RTPCodecCapability{opusFormat()}
		if s.Codec.Video() {
			kind, formats = webrtc.RTPCodecTypeVideo, []webrtc.RTPCodecCapability{h264Format(s), baseline()}
		}
		for j, f := range formats {
			number := webrtc.PayloadType(96 + 10*i + j)
			if err := media.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: f, PayloadType: number}, kind); err != nil {
				return nil, nil, err
			}
		}
	}
	measure, estimates, err := measuring(rate)
	if err != nil {
		return nil, nil, err
	}
	resend, err := nack.NewResponderInterceptor(nack.ResponderSize(nackMemory))
	if err != nil {
		return nil, nil, err
	}
	// The first is the nearest to the network: what goes again is numbered and measured as well.
	registry := &interceptor.Registry{}
	registry.Add(measure)
	registry.Add(l)
	if err := webrtc.ConfigureTWCCHeaderExtensionSender(media, registry); err != nil {
		return nil, nil, err
	}
	registry.Add(r)
	registry.Add(resend)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(peerSettings()), webrtc.WithInterceptorRegistry(registry))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, nil, err
	}
	return pc, *estimates, nil
}

// measuring returns the interceptor that measures, and where its estimator is once a connection is made.
func measuring(rate int) (*cc.InterceptorFactory, *estimator, error) {
	var made estimator
	factory, err := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) {
		return gcc.NewSendSideBWE(gcc.SendSideBWEPacer(gcc.NewNoOpPacer()), gcc.SendSideBWEInitialBitrate(rate),
			gcc.SendSideBWEMinBitrate(min(rate, leastEstimate)), gcc.SendSideBWEMaxBitrate(mostEstimate*rate))
	})
	if err != nil {
		return nil, nil, err
	}
	factory.OnNewPeerConnection(func(_ string, e cc.BandwidthEstimator) { made = e })
	return factory, &made, nil
}

func peerSettings() webrtc.SettingEngine {
	s := webrtc.SettingEngine{}
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetICETimeouts(whipSilent, whipGone, whipPing)
	s.SetDTLSRetransmissionInterval(whipPing) // an attempt has no time for the usual second
	s.SetDTLSInsecureSkipHelloVerify(true)    // ICE has shown already that the address is right: this saves a round trip
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	return s
}

// feedback is what a receiver of pictures is to tell.
func feedback() []webrtc.RTCPFeedback {
	return []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}}
}

// h264Format is the format of a stream by the three bytes in its SPS that tell profile and level (RFC 6184 section 8.1).
func h264Format(s *encoder.Stream) webrtc.RTPCodecCapability {
	f := baseline()
	if sps, _ := s.H264(); len(sps) > 3 {
		f.SDPFmtpLine = strings.Replace(f.SDPFmtpLine, "42e01f", fmt.Sprintf("%x", sps[1:4]), 1)
	}
	return f
}

// baseline is the format that all receivers know. Decoders look at the stream itself.
func baseline() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: feedback(),
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	}
}

func opusFormat() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
		SDPFmtpLine: "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1",
	}
}
