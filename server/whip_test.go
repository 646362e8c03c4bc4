package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/rtc"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// A whipPublisher sends the clip with pion.
type whipPublisher struct {
	pc       *webrtc.PeerConnection
	tracks   map[bool]*webrtc.TrackLocalStaticRTP // by whether it is video
	location string
	etag     string

	mu       sync.Mutex
	pli      int
	feedback int // transport-wide congestion control
}

// newPublisher returns a publisher that has not connected, and its SDP. lossy, if not nil, may drop what it sends.
func newPublisher(t *testing.T, lossy interceptor.Factory, kinds ...bool) (*whipPublisher, string) {
	t.Helper()
	var e webrtc.SettingEngine
	e.SetIncludeLoopbackCandidate(true)
	e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	media, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	if lossy != nil {
		registry.Add(lossy)
	}
	if err := webrtc.RegisterDefaultInterceptors(media, registry); err != nil {
		t.Fatal(err)
	}
	if err := webrtc.ConfigureTWCCHeaderExtensionSender(media, registry); err != nil {
		t.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(e), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	p := &whipPublisher{pc: pc, tracks: map[bool]*webrtc.TrackLocalStaticRTP{}}
	for _, video := range kinds {
		format := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: 90000}
		if !video {
			format = rtc.OpusFormat()
		}
		if p.tracks[video], err = webrtc.NewTrackLocalStaticRTP(format, "x", "golive"); err != nil {
			t.Fatal(err)
		}
		tr, err := pc.AddTransceiverFromTrack(p.tracks[video], webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			t.Fatal(err)
		}
		go p.readFeedback(tr.Sender()) // ends with the connection
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return p, pc.LocalDescription().SDP
}

func (p *whipPublisher) readFeedback(s *webrtc.RTPSender) {
	for {
		packets, _, err := s.ReadRTCP()
		if err != nil {
			return
		}
		p.mu.Lock()
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication:
				p.pli++
			case *rtcp.TransportLayerCC:
				p.feedback++
			}
		}
		p.mu.Unlock()
	}
}

func (p *whipPublisher) counts() (pli, feedback int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pli, p.feedback
}

// contribute publishes the clip over and over in real time, until the test ends.
func contribute(t *testing.T, s *Server, name string, lossy interceptor.Factory) *whipPublisher {
	t.Helper()
	p, offer := newPublisher(t, lossy, true, false)
	resp, answer := send(t, s, "POST", "/whip/"+name, offer, map[string]string{"Content-Type": "application/sdp"})
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s", resp.Status, answer)
	}
	p.location, p.etag = resp.Header.Get("Location"), resp.Header.Get("ETag")
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	sending.Go(func() { p.send(ctx, t) })
	t.Cleanup(func() {
		cancel()
		sending.Wait()
	})
	return p
}

func (p *whipPublisher) send(ctx context.Context, t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Errorf("ffmpeg: %v", err)
		return
	}
	z := fanout.Packetizer{Video: 1 << 31, Audio: 77}
	seq := map[bool]uint16{true: 65500}
	begin := time.Now()
	for round := time.Duration(0); ; round += clip.Length {
		for _, pkt := range c.Packets {
			if pkt.Stream.Codec == encoder.AAC {
				continue
			}
			next := *pkt
			next.PTS, next.DTS = pkt.PTS+round, pkt.DTS+round
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Until(begin.Add(next.DTS))):
			}
			video := pkt.Stream.Codec.Video()
			u := z.Unit(&next)
			for i, payload := range u.Payloads {
				packet := &rtp.Packet{Payload: payload, Header: rtp.Header{
					Version: 2, SequenceNumber: seq[video], Timestamp: u.Timestamp, Marker: video && i == len(u.Payloads)-1,
				}}
				seq[video]++
				if err := p.tracks[video].WriteRTP(packet); err != nil {
					return
				}
			}
		}
	}
}

func TestWHIP(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p := contribute(t, s, "x", nil)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	v := watchWHEP(t, s, "x")
	v.wait(t)
	if n := v.decode(t); n < 15 {
		t.Errorf("%d pictures decoded", n)
	}
	found := probe(t, "http://"+s.HTTPAddr()+"/hls/x/index.m3u8")
	if got := fmt.Sprintf("%+v", found); !strings.Contains(got, "{Codec:h264 Width:640") || !strings.Contains(got, "{Codec:opus") {
		t.Errorf("HLS has %+v", found)
	}
	if !s.stream("x").believed {
		t.Error("it is not known that the publisher is on this computer")
	}
	pli, feedback := p.counts()
	t.Logf("%d key frames asked for, %d reports of what came", pli, feedback)
	if pli == 0 || feedback == 0 {
		t.Errorf("%d key frames asked for, %d reports of what came", pli, feedback)
	}
	trickle := map[string]string{"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": p.etag}
	for _, tt := range []struct {
		method, path, body string
		header             map[string]string
		want               int
	}{
		{"PATCH", p.location, "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n", trickle, 204},
		{"PATCH", p.location, "a=ice-ufrag:other\r\n", trickle, 422},
		{"PATCH", p.location + "x", "", trickle, 404},
		{"DELETE", "/whip/x/nobody", "", nil, 404},
		{"OPTIONS", "/whip/x", "", nil, 204},
		{"DELETE", p.location, "", nil, 200},
		{"DELETE", "/whip/y" + strings.TrimPrefix(p.location, "/whip/x"), "", nil, 404},
	} {
		if resp, body := send(t, s, tt.method, tt.path, tt.body, tt.header); resp.StatusCode != tt.want {
			t.Errorf("%s %s: %s: %s", tt.method, tt.path, resp.Status, body)
		}
	}
	testrig.Eventually(t, "ended", func() bool { return s.stream("x") == nil })
}

func TestWHIPRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "taken", func() {}, encoder.H264)
	_, both := newPublisher(t, nil, true, false)
	_, sound := newPublisher(t, nil, false)
	sdp := map[string]string{"Content-Type": "application/sdp"}
	for name, tt := range map[string]struct {
		path, body string
		header     map[string]string
		want       int
		says       string
	}{
		"taken":           {"/whip/taken", both, sdp, 409, "already"},
		"a bad name":      {"/whip/a.b", both, sdp, 404, "1 to 64"},
		"no content type": {"/whip/x", both, nil, 415, "application/sdp"},
		"no SDP":          {"/whip/x", "hello", sdp, 400, "media sections"},
		"malformed SDP":   {"/whip/x", "m=\r\nm=video", sdp, 400, "answered"},
		"too long":        {"/whip/x", strings.Repeat("m=video\r\n", 10_000), sdp, 413, "64 KiB"},
		"sound alone":     {"/whip/x", sound, sdp, 406, "H.264"},
		"VP8":             {"/whip/x", strings.ReplaceAll(both, "H264", "VP8"), sdp, 406, "H.264"},
	} {
		resp, body := send(t, s, "POST", tt.path, tt.body, tt.header)
		if resp.StatusCode != tt.want || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %s: %s", name, resp.Status, body)
		}
	}
	if len(s.seats.guests) != 0 || s.seats.taken != 0 {
		t.Errorf("%d contributions, %d seats are left", len(s.seats.guests), s.seats.taken)
	}
}

// A lossyWay drops one in twenty of the RTP packets that a publisher sends, those that are sent again too.
type lossyWay struct {
	interceptor.NoOp
	sent atomic.Int64
}

func (l *lossyWay) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *lossyWay) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		if l.sent.Add(1)%20 == 0 {
			return len(payload), nil
		}
		return w.Write(h, payload, a)
	})
}

// TestWHIPLoss loses packets on the way in. They must be asked for again: what viewers get has no holes.
func TestWHIPLoss(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	way := &lossyWay{}
	contribute(t, s, "x", way)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	v := watchWHEP(t, s, "x")
	testrig.Eventually(t, "got three seconds", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return len(v.video) > 300<<10
	})
	n := v.decode(t)
	t.Logf("%d pictures decoded, %d packets lost", n, way.sent.Load()/20)
	if n < 30 {
		t.Errorf("%d pictures decoded", n)
	}
}
