package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// A viewer is one connection, with a socket of its own.
type viewer struct {
	tap  *tap
	mux  ice.UDPMux
	pc   *webrtc.PeerConnection
	gone sync.Once
}

func newViewer() (*viewer, error) {
	t, err := newTap()
	if err != nil {
		return nil, err
	}
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard}
	v := &viewer{tap: t, mux: webrtc.NewICEUDPMux(quiet.NewLogger("ice"), t)}
	e := webrtc.SettingEngine{LoggerFactory: quiet}
	e.SetICEUDPMux(v.mux)
	e.SetIncludeLoopbackCandidate(true)
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return v, err
	}
	v.pc, err = webrtc.NewAPI(webrtc.WithSettingEngine(e), webrtc.WithMediaEngine(media)).NewPeerConnection(webrtc.Configuration{})
	return v, err
}

// begun waits for the first packet.
func (v *viewer) begun(ctx context.Context) error {
	select {
	case <-v.tap.first:
		return nil
	case <-ctx.Done():
		return errors.New("no packet came")
	}
}

func (v *viewer) close() {
	v.gone.Do(func() {
		if v.pc != nil {
			_ = v.pc.Close() // says goodbye
		}
		close(v.tap.closed)
		_ = v.mux.Close()
		_ = v.tap.Close()
	})
}

// describe sets the local description and returns it with all candidates.
func (v *viewer) describe(d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(v.pc)
	if err := v.pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	<-gathered
	return v.pc.LocalDescription().SDP, nil
}

// joinWHEP begins to watch over WHEP.
func joinWHEP(ctx context.Context, url string, v *viewer) error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := v.pc.AddTransceiverFromKind(kind, init); err != nil {
			return err
		}
	}
	offer, err := v.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	sdp, err := v.describe(offer)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(sdp))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/sdp")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusCreated {
		return errors.New(resp.Status + ": " + string(answer))
	}
	return v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)})
}
