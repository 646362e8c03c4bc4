package server

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
)

const (
	connectTimeout = 10 * time.Second // from the answer to the first media
	viewerSilent   = 5 * time.Second  // nothing came: perhaps gone
	viewerGone     = 10 * time.Second // after that: gone
	viewerPing     = 2 * time.Second
	reportInterval = time.Second
	sessionQueue   = 2 * maxGOP // bytes
)

// A session is one viewer over WebRTC. Its id is the secret that ends it.
type session struct {
	id      string
	pub     *Publication
	pc      *webrtc.PeerConnection
	queue   *queue
	video   *rtpTrack
	audio   *rtpTrack // nil when the stream has no Opus
	latency latency
	log     *slog.Logger

	connected chan struct{}
	done      chan struct{}
	onUp      sync.Once
	onDown    sync.Once
	readers   sync.WaitGroup
	reported  time.Time
}

// newSession answers offer. The caller must run the session.
func newSession(p *Publication, offer webrtc.SessionDescription) (*session, string, error) {
	format, err := h264Format(offer, profileOf(p.video))
	if err != nil {
		return nil, "", err
	}
	pc, err := p.server.rtc.connect(format)
	if err != nil {
		return nil, "", err
	}
	s := &session{
		id: rand.Text(), pub: p, pc: pc, queue: newQueue(sessionQueue),
		log:       p.server.log.With("stream", p.name),
		connected: make(chan struct{}), done: make(chan struct{}),
	}
	answer, err := s.negotiate(offer, format)
	if err != nil {
		_ = pc.GracefulClose()
		return nil, "", err
	}
	return s, answer, nil
}

// profileOf returns the profile_idc of an H.264 stream: the byte after the header of its SPS.
func profileOf(st *encoder.Stream) byte {
	if sps, _ := st.H264(); len(sps) > 1 {
		return sps[1]
	}
	return 0x42
}

func (s *session) negotiate(offer webrtc.SessionDescription, format webrtc.RTPCodecCapability) (string, error) {
	var err error
	if s.video, err = newTrack(s.pc, format, "video"); err != nil {
		return "", err
	}
	if s.pub.opus != nil {
		if s.audio, err = newTrack(s.pc, opusFormat(), "audio"); err != nil {
			return "", err
		}
	}
	s.pc.OnConnectionStateChange(s.onState)
	return answerTo(s.pc, offer)
}

// answerTo returns the answer to an offer, with all candidates.
func answerTo(pc *webrtc.PeerConnection, offer webrtc.SessionDescription) (string, error) {
	if err := pc.SetRemoteDescription(offer); err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("answer: %w", err)
	}
	if err := pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("answer: %w", err)
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

func (s *session) onState(state webrtc.PeerConnectionState) {
	switch state {
	case webrtc.PeerConnectionStateConnected:
		s.onUp.Do(func() { close(s.connected) })
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		s.close()
	}
}

// run sends until the viewer is gone, the stream has ended, or close is called.
func (s *session) run() {
	defer s.end()
	select {
	case <-s.connected:
	case <-s.done:
		return
	case <-time.After(connectTimeout):
		s.log.Debug("viewer did not connect", "after", connectTimeout)
		return
	}
	for _, t := range s.tracks() {
		t.negotiated()
		s.readers.Go(func() { s.readRTCP(t.sender) })
	}
	if err := s.pub.attach(s); err != nil {
		return
	}
	s.log.Debug("viewer connected")
	for {
		u, ok := s.queue.pop()
		if !ok {
			return
		}
		if err := s.send(u); err != nil {
			s.log.Debug("viewer lost", "error", err)
			return
		}
	}
}

func (s *session) tracks() []*rtpTrack {
	if s.audio == nil {
		return []*rtpTrack{s.video}
	}
	return []*rtpTrack{s.video, s.audio}
}

func (s *session) send(u *unit) error {
	t := s.video
	if !u.video() {
		t = s.audio
	}
	if err := t.send(u); err != nil {
		return err
	}
	if now := time.Now(); now.Sub(s.reported) >= reportInterval {
		s.reported = now
		return s.report(now)
	}
	return nil
}

// report tells the player how both tracks relate to one clock, which is how it keeps sound and picture together.
func (s *session) report(now time.Time) error {
	t := s.pub.timing(now)
	packets := []rtcp.Packet{s.video.report(now, t.video)}
	if s.audio != nil {
		packets = append(packets, s.audio.report(now, t.audio))
	}
	return s.pc.WriteRTCP(packets)
}

// readRTCP passes on what the viewer asks for; reading it is also what lets lost packets be sent again.
func (s *session) readRTCP(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				s.pub.requestKeyframe()
			}
		}
	}
}

// close ends the session; run returns soon after. It may be called twice and does not block.
func (s *session) close() {
	s.onDown.Do(func() { close(s.done) })
	s.queue.close()
}

// end frees what the session holds.
func (s *session) end() {
	s.close()
	s.pub.detach(s)
	s.pub.server.forget(s)
	if err := s.pc.GracefulClose(); err != nil {
		s.log.Debug("viewer closed", "error", err)
	}
	s.readers.Wait()
}

// A latency is the newest measure of one viewer.
type latency struct {
	ns atomic.Int64
	at atomic.Int64 // Unix ns
}

// fresh is how long a measure counts.
const fresh = 5 * time.Second

func (l *latency) set(d time.Duration) {
	l.ns.Store(int64(d))
	l.at.Store(time.Now().UnixNano())
}

func (l *latency) get() (time.Duration, bool) {
	return time.Duration(l.ns.Load()), time.Since(time.Unix(0, l.at.Load())) < fresh
}
