package server

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/rtc"
)

const (
	reportInterval = time.Second
	sessionQueue   = 1 << 20 // bytes
	// sessionTurn is how many units a viewer is sent before it is the turn of others.
	sessionTurn = 16
)

// A session is one viewer over WebRTC.
type session struct {
	*guest
	since   time.Time
	from    atomic.Pointer[string] // the address of the viewer; nil before it is known
	pub     *Publication
	queue   *fanout.Queue
	video   *rtc.Track
	audio   *rtc.Track // nil when the stream has no sound
	hears   bool       // it needs the sound in Opus
	latency latency
	log     *slog.Logger

	connected chan struct{}
	done      chan struct{}
	onUp      sync.Once
	onDown    sync.Once
	readers   sync.WaitGroup

	sender  atomic.Pointer[fanout.Sender] // who sends to the viewer; nil before it is known how
	turn    *fanout.Turn
	routing sync.Mutex
	alone   *fanout.Sender // one that has no other viewers, once the way to the viewer can block

	sending  sync.Mutex // held by who sends: another sender may take over
	reported time.Time
}

// newSession answers offer. The caller must run the session.
func newSession(p *Publication, offer webrtc.SessionDescription) (*session, string, error) {
	format, err := rtc.H264Format(offer, profileOf(p.picture()))
	if err != nil {
		return nil, "", err
	}
	pc, err := p.server.rtc.Connect(format)
	if err != nil {
		return nil, "", err
	}
	s := &session{
		guest: newGuest("whep", p.name, pc), since: time.Now(), pub: p, queue: fanout.NewQueue(sessionQueue),
		log:       p.server.log.With("stream", p.name),
		connected: make(chan struct{}), done: make(chan struct{}),
	}
	s.turn = fanout.NewTurn(s.drain)
	answer, err := s.negotiate(offer)
	if err != nil {
		s.mute()
		_ = pc.GracefulClose()
		return nil, "", err
	}
	return s, answer, nil
}

// mute says that the session needs no sound any more.
func (s *session) mute() {
	if s.hears {
		s.hears = false
		s.pub.release(encoder.Opus)
	}
}

// profileOf returns the profile_idc of an H.264 stream: the byte after the header of its SPS.
func profileOf(st *encoder.Stream) byte {
	if sps, _ := st.H264(); len(sps) > 1 {
		return sps[1]
	}
	return 0x42
}

func (s *session) negotiate(offer webrtc.SessionDescription) (string, error) {
	var err error
	if s.video, err = rtc.NewTrack(s.pc, webrtc.RTPCodecTypeVideo); err != nil {
		return "", err
	}
	s.hears = s.pub.need(encoder.Opus) != nil
	if s.hears {
		if s.audio, err = rtc.NewTrack(s.pc, webrtc.RTPCodecTypeAudio); err != nil {
			return "", err
		}
	}
	s.pc.OnConnectionStateChange(s.onState)
	s.video.Sender.Transport().ICETransport().OnSelectedCandidatePairChange(s.route)
	return s.ice.Answer(offer.SDP)
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
	case <-time.After(rtc.ConnectTimeout):
		s.log.Debug("viewer did not connect", "after", rtc.ConnectTimeout)
		return
	}
	for _, t := range s.tracks() {
		s.readers.Go(func() { s.readRTCP(t) })
	}
	if err := s.pub.attach(s); err != nil {
		return
	}
	s.wake()
	s.log.Debug("viewer connected")
	<-s.done
}

// route chooses who sends to the viewer. Datagrams block nobody, and go out together with those of other viewers; a TCP
// connection that its viewer does not read from blocks whoever writes to it.
func (s *session) route(pair *webrtc.ICECandidatePair) {
	s.routing.Lock()
	defer s.routing.Unlock()
	s.from.Store(&pair.Remote.Address)
	if pair.Local.Protocol == webrtc.ICEProtocolUDP {
		s.sender.Store(s.pub.server.rtc.SenderOf(pair.Remote))
	} else {
		if s.alone == nil {
			s.alone = fanout.NewSender(false, func() {})
		}
		s.sender.Store(s.alone)
	}
	s.wake()
}

func (s *session) tracks() []*rtc.Track {
	if s.audio == nil {
		return []*rtc.Track{s.video}
	}
	return []*rtc.Track{s.video, s.audio}
}

// push queues u for the viewer, or lets go of a viewer that has been stuck for too long. It says whether the viewer
// needs a key frame to go on.
func (s *session) push(u *fanout.Unit) (needKeyframe bool) {
	needKeyframe = s.queue.Push(u)
	if needKeyframe && s.queue.Lost() {
		s.log.Debug("viewer takes nothing", "for", fanout.MaxStuck)
		s.close()
		return false
	}
	s.wake()
	return needKeyframe
}

func (s *session) wake() {
	if d := s.sender.Load(); d != nil {
		d.Wake(s.turn)
	}
}

// drain sends what waits, or as much as others can wait for.
func (s *session) drain() {
	s.sending.Lock()
	defer s.sending.Unlock()
	for range sessionTurn {
		u, ok := s.queue.Poll()
		if !ok {
			return
		}
		if err := s.send(u); err != nil {
			s.log.Debug("viewer lost", "error", err)
			s.close()
			return
		}
	}
	s.wake()
}

func (s *session) send(u *fanout.Unit) error {
	t := s.video
	if !u.Video() {
		t = s.audio
	}
	if err := t.Send(u, s.sender.Load().Lossy); err != nil {
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
	packets := []rtcp.Packet{s.video.Report(now, t.video)}
	if s.audio != nil {
		packets = append(packets, s.audio.Report(now, t.audio))
	}
	return s.pc.WriteRTCP(packets)
}

// readRTCP carries out what the viewer asks for.
func (s *session) readRTCP(t *rtc.Track) {
	for {
		packets, _, err := t.Sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			switch p := p.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				s.pub.requestKeyframe()
			case *rtcp.TransportLayerNack:
				if err := t.Resend(p); err != nil {
					return
				}
				s.pub.server.rtc.Flush()
			}
		}
	}
}

// close ends the session; run returns soon after. It may be called twice and does not block.
func (s *session) close() {
	s.onDown.Do(func() { close(s.done) })
	s.queue.Close()
}

// leave implements seated.
func (s *session) leave(error) { s.close() }

// end frees what the session holds.
func (s *session) end() {
	s.close()
	s.pub.detach(s)
	s.pub.server.traffic.count("webrtc", s.queue)
	s.mute()
	s.pub.server.seats.forget(s.guest)
	if err := s.pc.GracefulClose(); err != nil {
		s.log.Debug("viewer closed", "error", err)
	}
	s.readers.Wait()
	s.routing.Lock() // no route is chosen any more
	defer s.routing.Unlock()
	if s.alone != nil {
		s.alone.Close()
	}
}
