package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"

	"golive/internal/intake"
	"golive/internal/rtc"
	"golive/internal/testrig"
)

// A whepViewer plays a stream with pion, as far as RTP goes.
type whepViewer struct {
	pc       *webrtc.PeerConnection
	location string
	etag     string
	closed   chan struct{}

	mu      sync.Mutex
	video   []byte // Annex B
	first   []byte // NAL unit types of the first picture
	audio   int    // packets
	reports map[uint32]*rtcp.SenderReport
	ssrc    map[webrtc.RTPCodecType]uint32
}

// newViewer returns a viewer that has not connected, and its SDP.
func newViewer(t *testing.T) (*whepViewer, string) {
	t.Helper()
	return newViewerOver(t, webrtc.NetworkTypeUDP4)
}

func newViewerOver(t *testing.T, network webrtc.NetworkType) (*whepViewer, string) {
	t.Helper()
	var e webrtc.SettingEngine
	e.SetIncludeLoopbackCandidate(true)
	e.SetNetworkTypes([]webrtc.NetworkType{network})
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(e)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.GracefulClose() })
	v := &whepViewer{
		pc: pc, closed: make(chan struct{}),
		reports: map[uint32]*rtcp.SenderReport{}, ssrc: map[webrtc.RTPCodecType]uint32{},
	}
	pc.OnTrack(v.receive)
	closed := sync.OnceFunc(func() { close(v.closed) })
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateClosed || s == webrtc.PeerConnectionStateFailed {
			closed()
		}
	})
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecTypeAudio} {
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(kind, init); err != nil {
			t.Fatal(err)
		}
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
	return v, pc.LocalDescription().SDP
}

// watchWHEP begins to play.
func watchWHEP(t *testing.T, s *Server, name string) *whepViewer {
	t.Helper()
	v, offer := newViewer(t)
	resp, body := send(t, s, "POST", "/whep/"+name, offer, map[string]string{"Content-Type": "application/sdp"})
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	v.location, v.etag = resp.Header.Get("Location"), resp.Header.Get("ETag")
	if err := v.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: body}); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *whepViewer) receive(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	v.mu.Lock()
	v.ssrc[track.Kind()] = uint32(track.SSRC())
	v.mu.Unlock()
	go v.readReports(receiver) // ends with the peer connection, as this does
	var depacketizer codecs.H264Packet
	order := intake.Orderer{Wait: 5 * time.Second}
	first := true
	for {
		p, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		v.mu.Lock()
		if track.Kind() == webrtc.RTPCodecTypeAudio {
			v.audio++
			v.mu.Unlock()
			continue
		}
		for _, p := range order.Push(p, time.Now()) { // what a busy machine loses is sent again
			if nals, err := depacketizer.Unmarshal(p.Payload); err == nil {
				v.video = append(v.video, nals...)
			}
			if first && p.Marker {
				v.first, first = types(v.video), false
			}
		}
		v.mu.Unlock()
	}
}

// types returns the types of the NAL units of an Annex B stream.
func types(b []byte) (all []byte) {
	for part := range bytes.SplitSeq(b, []byte{0, 0, 0, 1}) {
		if len(part) > 0 {
			all = append(all, part[0]&0x1f)
		}
	}
	return all
}

func (v *whepViewer) readReports(r *webrtc.RTPReceiver) {
	for {
		packets, _, err := r.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			if sr, ok := p.(*rtcp.SenderReport); ok {
				v.mu.Lock()
				v.reports[sr.SSRC] = sr
				v.mu.Unlock()
			}
		}
	}
}

// wait waits for two seconds of video or so.
func (v *whepViewer) wait(t *testing.T) {
	t.Helper()
	testrig.Eventually(t, "got video", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return len(v.video) > 100<<10
	})
}

// decode decodes what was received with errors fatal, and returns the number of pictures.
func (v *whepViewer) decode(t *testing.T) int {
	t.Helper()
	v.mu.Lock()
	video := bytes.Clone(v.video)
	v.mu.Unlock()
	whole := bytes.LastIndex(video, []byte{0, 0, 0, 1}) // the last NAL unit may be in the middle
	cmd := exec.Command("ffprobe", "-v", "error", "-f", "h264", "-count_frames",
		"-show_entries", "stream=nb_read_frames,width,height", "-of", "json", "-")
	cmd.Stdin = bytes.NewReader(video[:whole])
	out, err := cmd.CombinedOutput()
	var found struct {
		Streams []struct {
			Width  int
			Height int
			Frames int `json:"nb_read_frames,string"`
		}
	}
	if err != nil || json.Unmarshal(out, &found) != nil || len(found.Streams) != 1 || found.Streams[0].Width != 640 {
		t.Fatalf("ffprobe: %v: %s", err, out)
	}
	return found.Streams[0].Frames
}

func TestWHEP(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p, _ := broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	v.wait(t)
	if n := v.decode(t); n < 15 {
		t.Errorf("%d pictures decoded", n)
	}
	v.mu.Lock()
	first, audio := v.first, v.audio
	v.mu.Unlock()
	want := []byte{byte(h264.NALUTypeSPS), byte(h264.NALUTypePPS)}
	if !bytes.HasPrefix(first, want) || !bytes.Contains(first, []byte{byte(h264.NALUTypeIDR)}) {
		t.Errorf("the first picture has the NAL units %v", first)
	}
	if audio < 10 {
		t.Errorf("%d packets of sound", audio)
	}
	if n := p.Viewers(); n != 1 {
		t.Errorf("%d viewers", n)
	}
	if resp, _ := send(t, s, "DELETE", v.location, "", nil); resp.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %s", resp.Status)
	}
	testrig.Eventually(t, "left", func() bool { return p.Viewers() == 0 })
	if resp, _ := send(t, s, "DELETE", v.location, "", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("second DELETE: %s", resp.Status)
	}
}

// TestReports checks that the sender reports of both tracks tell the same presentation time for the same time of day,
// which is what keeps sound and picture together.
func TestReports(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p, _ := broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	both := func() (video, audio *rtcp.SenderReport) {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.reports[v.ssrc[webrtc.RTPCodecTypeVideo]], v.reports[v.ssrc[webrtc.RTPCodecTypeAudio]]
	}
	testrig.Eventually(t, "got reports", func() bool { video, audio := both(); return video != nil && audio != nil })
	video, audio := both()
	pts := func(sr *rtcp.SenderReport, base uint32, rate float64) float64 {
		ntp := rtp.AbsCaptureTimeExtension{Timestamp: sr.NTPTime}.CaptureTime()
		return float64(sr.RTPTime-base)/rate - ntp.Sub(p.since).Seconds()
	}
	if apart := pts(video, p.rtp.Video, 90000) - pts(audio, p.rtp.Audio, 48000); apart > 0.005 || apart < -0.005 {
		t.Errorf("sound and picture are %.4f s apart", apart)
	}
	if ntp := (rtp.AbsCaptureTimeExtension{Timestamp: video.NTPTime}).CaptureTime(); time.Since(ntp).Abs() > 20*time.Second {
		t.Errorf("the report is of %v", ntp)
	}
}

func TestWHEPRefuses(t *testing.T) {
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	_, offer := newViewer(t)
	vp8 := strings.NewReplacer("H264/90000", "VP8/90000").Replace(offer)
	vp8 = strings.ReplaceAll(vp8, "packetization-mode=1", "packetization-mode=0")
	tests := []struct {
		name, path, kind, body string
		want                   int
	}{
		{"no such stream", "/whep/nobody", "application/sdp", offer, 404},
		{"not SDP by its type", "/whep/live", "text/plain", offer, 415},
		{"not SDP", "/whep/live", "application/sdp", "hello", 400},
		{"nearly SDP", "/whep/live", "application/sdp", "v=0\nm=video\n", 400},
		{"too large", "/whep/live", "application/sdp", offer + strings.Repeat("a=x\r\n", maxSDP/4), 413},
		{"too many sections", "/whep/live", "application/sdp", offer + strings.Repeat("m=audio 9 X 0\r\n", 9), 400},
		{"no H.264", "/whep/live", "application/sdp", vp8, 406},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := send(t, s, "POST", tt.path, tt.body, map[string]string{"Content-Type": tt.kind})
			if resp.StatusCode != tt.want || strings.TrimSpace(body) == "" {
				t.Errorf("%s: %s, want %d", resp.Status, body, tt.want)
			}
		})
	}
	s.seats.mu.Lock()
	n := len(s.seats.guests)
	s.seats.mu.Unlock()
	if n != 0 {
		t.Errorf("%d sessions are left over", n)
	}
}

// TestSeats fills the server. Who comes then is turned away before the offer is even looked at.
func TestSeats(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	take := func(n int) {
		s.seats.mu.Lock()
		defer s.seats.mu.Unlock()
		s.seats.taken += n
	}
	take(maxSessions - 1)
	sdp := map[string]string{"Content-Type": "application/sdp"}
	if resp, body := send(t, s, "POST", "/whep/live", "v=0\nm=video\n", sdp); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many: %s: %s", resp.Status, body)
	}
	if resp, _ := send(t, s, "DELETE", v.location, "", nil); resp.StatusCode != http.StatusOK {
		t.Errorf("DELETE: %s", resp.Status)
	}
	testrig.Eventually(t, "freed the seat", func() bool {
		resp, _ := send(t, s, "POST", "/whep/live", "v=0\nm=video\n", sdp)
		return resp.StatusCode == http.StatusBadRequest
	})
	take(1 - maxSessions)
	s.seats.mu.Lock()
	defer s.seats.mu.Unlock()
	if s.seats.taken != 0 {
		t.Errorf("%d seats are taken by nobody", s.seats.taken)
	}
}

// TestStreamEnds checks that viewers are let go with the stream.
func TestStreamEnds(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	_, stop := broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	v.wait(t)
	stop()
	select {
	case <-v.closed:
	case <-time.After(20 * time.Second):
		t.Fatal("the viewer is still connected")
	}
	if resp, _ := send(t, s, "GET", "/api/v1/streams/live", "", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the stream is still there: %s", resp.Status)
	}
}

func TestH264Format(t *testing.T) {
	offer := func(lines ...string) webrtc.SessionDescription {
		sdp := "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\n"
		for _, l := range lines {
			sdp += "a=fmtp:" + l + "\r\n"
		}
		return webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}
	}
	chromium := offer("96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
		"97 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=64001f",
		"98 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4D001f",
		"99 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f")
	tests := []struct {
		offer   webrtc.SessionDescription
		profile byte
		want    string // "" for none
	}{
		{chromium, 0x64, "64001f"},
		{chromium, 0x4d, "4d001f"},
		{chromium, 0x42, "42001f"},
		{offer("96 packetization-mode=1;profile-level-id=42e01f"), 0x64, "42e01f"},
		{offer("96 packetization-mode=0;profile-level-id=42e01f"), 0x42, ""},
		{offer(), 0x42, ""},
	}
	for _, tt := range tests {
		got, err := rtc.H264Format(tt.offer, tt.profile)
		if (err == nil) != (tt.want != "") || !strings.Contains(got.SDPFmtpLine, tt.want) {
			t.Errorf("profile %x: %q, %v; want %q", tt.profile, got.SDPFmtpLine, err, tt.want)
		}
	}
}
