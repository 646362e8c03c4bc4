package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"

	"golive/capture"
	"golive/internal/testrig/network"
)

const (
	videoHz, audioHz = 90_000, 48_000
	maxLatePackets   = 2048                   // that follow a missing one before it is given up,
	maxLateTime      = 400 * time.Millisecond // or so much time
)

// receiveWHIP starts a WHIP server (RFC 9725) at an address of a host. It asks for what is missing, and tells when what
// came, as browsers do.
func receiveWHIP(t *testing.T, host *network.Host, ip string) *receiver {
	t.Helper()
	r := newReceiver(t)
	media, err := host.ListenPacket(ip + ":0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := host.Listen(ip + ":0")
	if err != nil {
		t.Fatal(err)
	}
	api, mux, err := whipAPI(media)
	if err != nil {
		t.Fatal(err)
	}
	r.url = "whip+http://" + l.Addr().String() + "/whip/x"
	conns := &openConns{}
	web := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.answerWHIP(w, req, api, conns)
	})}
	r.stop = append(r.stop, func() { web.Close() }, conns.close, func() { mux.Close() }, func() { media.Close() })
	r.work.Go(func() { _ = web.Serve(l) }) // always the error that Close closed it
	return r
}

func whipAPI(conn net.PacketConn) (*webrtc.API, ice.UDPMux, error) {
	engine := &webrtc.MediaEngine{}
	if err := engine.RegisterDefaultCodecs(); err != nil {
		return nil, nil, err
	}
	registry := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(engine, registry); err != nil {
		return nil, nil, err
	}
	mux := webrtc.NewICEUDPMux(nil, conn)
	var settings webrtc.SettingEngine
	settings.SetICEUDPMux(mux)
	settings.SetLite(true)
	settings.SetSRTPReplayProtectionWindow(maxLatePackets) // what comes again is behind by as much
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry),
		webrtc.WithSettingEngine(settings)), mux, nil
}

// answerWHIP takes an offer; a DELETE needs nothing but a yes.
func (r *receiver) answerWHIP(w http.ResponseWriter, req *http.Request, api *webrtc.API, conns *openConns) {
	if req.Method != http.MethodPost {
		return
	}
	offer, err := io.ReadAll(io.LimitReader(req.Body, 64<<10))
	if err != nil {
		return
	}
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	conns.add(pc)
	answer, err := r.meet(pc, string(offer))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/sdp")
	w.Header().Set("Location", fmt.Sprintf("/whip/x/%p", pc))
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer)
}

func (r *receiver) meet(pc *webrtc.PeerConnection, offer string) (string, error) {
	in, err := r.connected()
	if err != nil {
		return "", err
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { in.readRTP(pc, track) })
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

// readRTP reads a track to its end. A picture of which a part never came is left out, and a key frame is asked for.
func (i *intake) readRTP(pc *webrtc.PeerConnection, track *webrtc.TrackRemote) {
	video := track.Kind() == webrtc.RTPCodecTypeVideo
	var unpack rtp.Depacketizer = &codecs.OpusPacket{}
	hz := audioHz
	if video {
		defer i.close()
		unpack, hz = &codecs.H264Packet{}, videoHz
	}
	samples := samplebuilder.New(maxLatePackets, unpack, uint32(hz), samplebuilder.WithMaxTimeDelay(maxLateTime))
	clock := rtpClock{hz: hz}
	came := map[uint32]time.Time{} // when the last packet did, by RTP timestamp: a sample shows only with the next one
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		came[packet.Timestamp] = time.Now()
		samples.Push(packet)
		for s := samples.Pop(); s != nil; s = samples.Pop() {
			at := clock.time(s.PacketTimestamp)
			if !video {
				i.sound(at, len(s.Data))
				continue
			}
			if i.takeSample(came[s.PacketTimestamp], s, at); i.broken {
				_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}})
			}
		}
	}
}

// takeSample notes a picture.
func (i *intake) takeSample(came time.Time, s *media.Sample, at time.Duration) {
	var unit h264.AnnexB
	if unit.Unmarshal(s.Data) != nil || s.PrevDroppedPackets > 0 {
		i.broken = true
	}
	i.picture(came, at, unit)
}

// An rtpClock makes times of RTP timestamps, from zero at the first.
type rtpClock struct {
	hz    int
	begun bool
	last  uint32
	ticks int64
}

func (c *rtpClock) time(stamp uint32) time.Duration {
	if c.begun {
		c.ticks += int64(int32(stamp - c.last))
	}
	c.begun, c.last = true, stamp
	return capture.Duration(c.ticks, capture.Rational{Num: c.hz, Den: 1})
}
