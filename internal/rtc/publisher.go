package rtc

import (
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/webrtc/v4"

	"golive/internal/intake"
)

// nackPause is how long after a packet was asked for it is asked for again.
const nackPause = 50 * time.Millisecond

// ConnectPublisher returns a peer connection that can receive the H.264 format of the offer and Opus. It asks for lost
// packets again, and tells the publisher what came when (transport-wide congestion control), which is how that finds
// out what the way carries.
func (e *Endpoint) ConnectPublisher(video webrtc.RTPCodecCapability) (*webrtc.PeerConnection, error) {
	media, err := mediaOf(video)
	if err != nil {
		return nil, err
	}
	registry := &interceptor.Registry{}
	if err := webrtc.ConfigureTWCCSender(media, registry); err != nil {
		return nil, err
	}
	ask, err := nack.NewGeneratorInterceptor(nack.GeneratorSize(intake.MaxAhead), nack.GeneratorInterval(nackPause))
	if err != nil {
		return nil, err
	}
	reports, err := report.NewReceiverInterceptor()
	if err != nil {
		return nil, err
	}
	registry.Add(ask)
	registry.Add(reports)
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(e.settings),
		webrtc.WithInterceptorRegistry(registry))
	return api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{e.cert}})
}
