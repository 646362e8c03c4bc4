package publish

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"golive/encoder"
)

const (
	// reportEvery is the longest time between two sender reports.
	reportEvery = time.Second
	// feedbackEvery is how often most receivers report what has arrived.
	feedbackEvery = 100 * time.Millisecond
	// fullWait is the time between two looks whether what is on its way has become less.
	fullWait = 5 * time.Millisecond
	// fullPatience is how long a packet waits for that. Then it goes all the same: when all that was on its way is lost, the
	// receiver has nothing to report until something comes.
	fullPatience = 100 * time.Millisecond
)

var (
	errPeerGone = errors.New("the peer is gone")
	errNoBFrame = errors.New("WebRTC carries no B-frames, which look-ahead makes: leave look-ahead out")
)

// whipOutput is a session with a WHIP endpoint, live when Dial has returned it.
type whipOutput struct {
	dest     *whip
	feedback Feedback
	signal   *signal
	pc       *webrtc.PeerConnection
	estimate estimator
	ledger   ledger
	answered bool

	up, down     chan struct{} // closed when media can be sent, and when the connection is over
	goUp, goDown sync.Once
	live, closed atomic.Bool
	mostOnWay    atomic.Int64 // bytes that may be on their way; 0 is without limit
	reading      sync.WaitGroup
	closing      sync.Once
	path         rtpPath
	turns        turns
	sound        soundKeeper

	tracks map[encoder.Codec]*rtpTrack // constant

	mu       sync.Mutex // of those who write: what is reported is heard while a packet waits for its turn
	rate     *bitMeter
	begin    time.Time     // when the first packet was sent
	beginPTS time.Duration // its PTS
	reported time.Time
}

func newWHIPOutput(w *whip, streams []*encoder.Stream, fb Feedback) (*whipOutput, error) {
	o := &whipOutput{
		dest: w, feedback: fb, signal: newSignal(w), up: make(chan struct{}), down: make(chan struct{}),
		tracks: map[encoder.Codec]*rtpTrack{}, rate: newBitMeter(streams),
	}
	o.sound = soundKeeper{ledger: &o.ledger, turns: &o.turns, over: o.down}
	again := &resender{turns: &o.turns, sound: &o.sound, rtt: o.roundTrip, over: o.down}
	var err error
	if o.pc, o.estimate, err = newPeer(streams, o.rate.bitRate(), &o.ledger, again); err != nil {
		return nil, err
	}
	o.turns.set(o.rate.bitRate())
	o.pc.OnConnectionStateChange(o.onState)
	for _, s := range streams {
		t, err := newRTPTrack(o.pc, s, w.start)
		if err != nil {
			o.abandon()
			return nil, err
		}
		o.tracks[s.Codec] = t
	}
	return o, nil
}

// connect makes the session, and returns when media can be sent. The offer has no candidates: they are gathered when the
// endpoint has said by which servers, and it learns them from the checks.
func (o *whipOutput) connect(ctx context.Context) error {
	offer, err := o.pc.CreateOffer(nil)
	if err != nil {
		return err
	}
	answer, servers, err := o.signal.offer(ctx, offer.SDP)
	if err != nil {
		return err
	}
	o.answered = true
	if err := checkAnswer(answer); err != nil {
		return err
	}
	if len(servers) > 0 {
		if err := o.pc.SetConfiguration(webrtc.Configuration{ICEServers: servers}); err != nil {
			return fmt.Errorf("its ICE servers: %w", err)
		}
	}
	if err := o.pc.SetLocalDescription(offer); err != nil {
		return err
	}
	if err := o.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		return fmt.Errorf("its answer: %w", err)
	}
	for _, t := range o.tracks {
		o.reading.Go(func() { o.listen(t) })
	}
	select {
	case <-o.up:
	case <-o.down:
		return errPeerGone
	case <-ctx.Done():
		return ctx.Err()
	}
	o.live.Store(true)
	return nil
}

// checkAnswer refuses an answer that leaves out the pictures or the sound.
func checkAnswer(sdp string) error {
	for line := range strings.Lines(sdp) {
		kind, rest, _ := strings.Cut(strings.TrimPrefix(line, "m="), " ")
		if strings.HasPrefix(line, "m=") && strings.HasPrefix(rest, "0 ") {
			return &whipRefusal{words: fmt.Sprintf("it takes no %s in the codec of this broadcast (H.264 and Opus)", strings.ToValidUTF8(kind, ""))}
		}
	}
	return nil
}

// onState follows the connection.
func (o *whipOutput) onState(s webrtc.PeerConnectionState) {
	switch s {
	case webrtc.PeerConnectionStateConnected:
		o.goUp.Do(func() { close(o.up) })
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		if o.live.Load() && !o.closed.Load() {
			why := says(o.dest.name, errPeerGone, "is not heard of any more: the connection is dead")
			if s == webrtc.PeerConnectionStateClosed {
				why = says(o.dest.name, errHangUp, "ended the connection")
			}
			o.feedback.Lost(why)
		}
		o.goDown.Do(func() { close(o.down) })
	}
}

// listen reads what the receiver reports. It must: lost packets are sent again there.
func (o *whipOutput) listen(t *rtpTrack) {
	for {
		packets, _, err := t.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			o.hear(t, p)
		}
	}
}

func (o *whipOutput) hear(t *rtpTrack, p rtcp.Packet) {
	switch p := p.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		o.feedback.Keyframe()
	case *rtcp.TransportLayerNack:
		for _, pair := range p.Nacks {
			o.path.resent.Add(int64(len(pair.PacketList())))
		}
	case *rtcp.ReceiverReport:
		for _, r := range p.Reports {
			if r.SSRC == t.ssrc() {
				t.received(r.LastSequenceNumber)
				o.path.report(time.Now(), r)
			}
		}
	}
}

// WritePacket implements Output.
func (o *whipOutput) WritePacket(p *encoder.Packet) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tracks[p.Stream.Codec]
	switch {
	case t == nil:
		return says(o.dest.name, nil, "was given a packet of an unknown stream")
	case p.PTS != p.DTS:
		return says(o.dest.name, ErrRefused, "cannot have this: %v", errNoBFrame)
	case o.begin.IsZero():
		o.begin, o.beginPTS = time.Now(), p.PTS
	}
	o.rate.add(p)
	o.turns.set(o.rate.bitRate())
	payloads := t.payloads(p)
	for i, payload := range payloads {
		if err := o.pass(payload, !t.video); err != nil {
			return err
		}
		if err := t.write(payload, p.PTS, i == len(payloads)-1); err != nil {
			return says(o.dest.name, err, "is lost: %v", err)
		}
	}
	return o.report(time.Now())
}

// full says whether as much is on its way as may be.
func (o *whipOutput) full() bool {
	most, now := o.mostOnWay.Load(), o.ledger.totals()
	return most > 0 && now.onWay > most || now.room > 0 && now.onWay > now.room
}

// pass waits until a payload may be sent. Sound is little, and is missed the most: it waits for nothing but its turn.
func (o *whipOutput) pass(payload []byte, sound bool) error {
	asked := time.Now()
	for {
		if o.closed.Load() {
			return says(o.dest.name, nil, "is closed")
		}
		o.sound.again(time.Now())
		wait := fullWait
		if sound || time.Since(asked) >= fullPatience || !o.full() {
			wait = o.turns.take(len(payload)+rtpOverhead, sound)
		}
		if wait == 0 {
			return nil
		}
		select {
		case <-time.After(wait):
		case <-o.down:
			return says(o.dest.name, errPeerGone, "is not connected any more")
		}
	}
}

// report sends the sender reports when they are due: in the beginning soon, since nobody knows without them how sound and
// pictures belong together.
func (o *whipOutput) report(now time.Time) error {
	if now.Sub(o.reported) < min(reportEvery, now.Sub(o.begin)/2) {
		return nil
	}
	o.reported = now
	pts := o.beginPTS + now.Sub(o.begin)
	var reports []rtcp.Packet
	for _, t := range o.tracks {
		reports = append(reports, t.report(now, pts))
	}
	if err := o.pc.WriteRTCP(reports); err != nil {
		return says(o.dest.name, err, "is lost: %v", err)
	}
	return nil
}

// Link implements Output.
func (o *whipOutput) Link() Link {
	l := Link{RTT: o.path.roundTrip(), Loss: o.path.lossNow(), Resent: o.path.resent.Load(), Estimate: o.estimate.GetTargetBitrate(), Reports: true}
	for _, t := range o.tracks {
		sent, acked := t.counts()
		l.SentBytes += sent
		l.AckedBytes += acked
	}
	if total := o.ledger.totals(); total.reports > 0 { // more often than once a second, which is too seldom to tell a queue
		l.AckedBytes, l.Queued, l.RTT, l.Reports = total.arrived, total.onWay, total.rtt, false
	}
	return l
}

// roundTrip returns the round trip time of now, as far as it is known.
func (o *whipOutput) roundTrip() time.Duration { return max(o.ledger.totals().rtt, o.path.roundTrip()) }

// remote implements distant.
func (o *whipOutput) remote() net.Addr {
	for _, sender := range o.pc.GetSenders() {
		if pair, err := sender.Transport().ICETransport().GetSelectedCandidatePair(); err == nil && pair != nil {
			return &net.UDPAddr{IP: net.ParseIP(pair.Remote.Address), Port: int(pair.Remote.Port)}
		}
	}
	return &net.UDPAddr{}
}

// bound implements bounded. What has arrived counts as on its way until it is reported.
func (o *whipOutput) bound(bytes, perSecond int) {
	o.turns.limit(perSecond)
	o.mostOnWay.Store(int64(float64(bytes) + float64(perSecond)*feedbackEvery.Seconds()))
}

// Close implements Output: it lets the last packets arrive, ends the session, and closes the connection.
func (o *whipOutput) Close() error {
	o.closing.Do(func() {
		select {
		case <-time.After(min(farewell, 50*time.Millisecond+2*o.path.roundTrip())):
		case <-o.down:
		}
		o.closed.Store(true)
		o.abandon()
	})
	return nil
}

// abandon ends what there is of the session and the connection.
func (o *whipOutput) abandon() {
	o.closed.Store(true)
	o.goDown.Do(func() { close(o.down) })
	o.signal.end()
	_ = o.pc.GracefulClose() // it waits for its goroutines
	o.reading.Wait()
}
