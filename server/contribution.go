package server

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/intake"
	"golive/internal/rtc"
)

var (
	errLeft    = errors.New("the publisher has ended it")
	errNoRTC   = errors.New("there was no connection within ten seconds")
	errLostRTC = errors.New("the connection is lost")
)

// A contribution is one publisher over WebRTC.
type contribution struct {
	*guest
	server *Server
	log    *slog.Logger

	mu    sync.Mutex // of what the tracks share
	in    *incoming
	video *contributed
	audio *contributed // nil when there is no sound
	begun time.Time
	last  time.Time // when something came
	ended bool

	pictures atomic.Uint32 // SSRC of the video; 0 before it comes
	asked    atomic.Int64  // when for a key frame, in Unix ms

	done   chan struct{}
	onDown sync.Once
	why    error
	loops  sync.WaitGroup
}

// A contributed is one track of a publisher.
type contributed struct {
	*intake.Track
	ssrc uint32 // 0 before the first packet
}

// newContribution answers offer. The caller must run the contribution.
func newContribution(s *Server, name string, offer webrtc.SessionDescription) (*contribution, string, error) {
	format, err := rtc.H264Format(offer, 0)
	if err != nil {
		return nil, "", err
	}
	pc, err := s.rtc.ConnectPublisher(format)
	if err != nil {
		return nil, "", err
	}
	c := &contribution{
		guest: newGuest("whip", name, pc), server: s, log: s.log.With("stream", name), done: make(chan struct{}),
		begun: time.Now(), last: time.Now(),
	}
	c.in = newIncoming(s, name, nil)
	c.in.keyframe = c.ask
	pc.OnConnectionStateChange(c.onState)
	pc.OnTrack(c.onTrack)
	answer, err := c.ice.Answer(offer.SDP)
	if err == nil {
		err = c.announce()
	}
	if err != nil {
		_ = pc.GracefulClose()
		return nil, "", err
	}
	return c, answer, nil
}

// announce tells the intake what both sides agreed on.
func (c *contribution) announce() error {
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Direction() != webrtc.RTPTransceiverDirectionRecvonly || len(tr.Receiver().GetParameters().Codecs) == 0 {
			continue
		}
		if tr.Kind() == webrtc.RTPCodecTypeVideo {
			pictures := &encoder.Stream{Codec: encoder.H264}
			c.video = &contributed{Track: intake.NewTrack(c.in.Intake, pictures, fanout.VideoClock)}
			if err := c.in.Add(pictures); err != nil {
				return err
			}
			continue
		}
		opus, err := intake.DescribeOpus(2)
		if err != nil {
			return err
		}
		c.audio = &contributed{Track: intake.NewTrack(c.in.Intake, opus, fanout.AudioClock)}
		if err := c.in.Add(opus); err != nil {
			return err
		}
	}
	if c.video == nil {
		return rtc.ErrNoH264
	}
	return nil
}

func (c *contribution) onState(state webrtc.PeerConnectionState) {
	switch state {
	case webrtc.PeerConnectionStateFailed:
		c.close(errLostRTC)
	case webrtc.PeerConnectionStateClosed:
		c.close(errLeft)
	}
}

// onTrack begins to read a track of the publisher.
func (c *contribution) onTrack(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	track := c.audio
	if remote.Kind() == webrtc.RTPCodecTypeVideo {
		track = c.video
	}
	if c.ended || track == nil || track.ssrc != 0 {
		return
	}
	track.ssrc = uint32(remote.SSRC())
	if pair, err := receiver.Transport().ICETransport().GetSelectedCandidatePair(); err == nil && pair != nil {
		c.in.peer = &net.UDPAddr{IP: net.ParseIP(pair.Remote.Address), Port: int(pair.Remote.Port)}
	}
	if track == c.video {
		c.pictures.Store(track.ssrc)
	}
	c.loops.Go(func() { c.close(c.read(remote, track)) })
	c.loops.Go(func() { c.readReports(receiver, track) })
}

func (c *contribution) read(remote *webrtc.TrackRemote, track *contributed) error {
	for {
		pkt, _, err := remote.ReadRTP()
		if err != nil {
			return errLeft
		}
		c.mu.Lock()
		now := time.Now()
		c.last = now
		err = track.Receive(pkt, now.Sub(c.begun), now)
		if c.audio != nil {
			c.audio.Follow(c.video.Track)
		}
		c.mu.Unlock()
		if err != nil {
			return err
		}
		if track.Starved() {
			c.ask()
		}
	}
}

// readReports takes the sender reports, which tell how sound and picture belong together.
func (c *contribution) readReports(receiver *webrtc.RTPReceiver, track *contributed) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		c.mu.Lock()
		for _, p := range packets {
			if r, ok := p.(*rtcp.SenderReport); ok && r.SSRC == track.ssrc {
				track.Report(r)
			}
		}
		c.mu.Unlock()
	}
}

// ask asks the publisher for a key frame, unless it was just asked. It takes no lock that a track holds.
func (c *contribution) ask() {
	ssrc, now, asked := c.pictures.Load(), time.Now().UnixMilli(), c.asked.Load()
	if ssrc == 0 || now-asked < keyframePause.Milliseconds() || !c.asked.CompareAndSwap(asked, now) {
		return
	}
	_ = c.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}) // it is asked again if this is lost
}

// run waits until the contribution ends, and frees what it holds.
func (c *contribution) run() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for waiting := true; waiting; {
		select {
		case <-c.done:
			waiting = false
		case <-tick.C:
			c.look()
		}
	}
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	if err := c.pc.GracefulClose(); err != nil {
		c.log.Debug("publisher closed", "error", err)
	}
	c.loops.Wait()
	c.in.leave(c.why)
	c.server.seats.forget(c.guest)
	c.log.Info("whip publisher gone", "from", c.in.peer, "error", c.why)
}

// look ends a contribution that nothing comes from.
func (c *contribution) look() {
	c.mu.Lock()
	silent := time.Since(c.last) > mediaTimeout
	never := c.pictures.Load() == 0
	c.mu.Unlock()
	switch {
	case silent && never:
		c.close(errNoRTC)
	case silent:
		c.close(errSilent)
	}
}

// close ends the contribution, for a reason; run returns soon after. It may be called twice and does not block.
func (c *contribution) close(why error) {
	c.onDown.Do(func() {
		c.why = why
		close(c.done)
	})
}

// leave implements seated.
func (c *contribution) leave(why error) { c.close(why) }
