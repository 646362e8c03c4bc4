package publish

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"golive/encoder"
)

// drainTime is what the outputs have at the end to send what is queued.
const drainTime = time.Second

// A sender keeps one destination supplied: it connects, sends, notices loss, and connects again, until it ends or the
// destination refuses; then it can start again. It owns deadlines, retry, dropping and statistics for every protocol.
type sender struct {
	config OutputConfig
	studio studio
	log    *slog.Logger
	queue  *queue
	again  chan struct{} // try at once

	partings *partings     // of all connections of the broadcast
	delayed  bool          // packets come late, and so it connects when the first one comes, and cannot ask for a key frame
	begun    chan struct{} // closed by the first packet
	begin    sync.Once

	life   sync.Mutex // one start or end at a time
	cancel context.CancelFunc
	done   chan struct{} // closed when run has returned; nil before the first start

	mu         sync.Mutex
	streams    []*encoder.Stream
	state      State
	since      time.Time          // when state began
	problem    string             // why it is not live
	giveUp     context.CancelFunc // of the attempt to connect that is under way, else nil
	output     Output             // while live
	link       *link              // of output
	source     net.IP             // the address that it comes from; nil when it is not known
	was        bool               // it has been live
	backup     bool               // it is at the other destination, or tries to
	reconnects int
	sentBefore int64 // bytes of earlier connections
	sent       rate  // bytes of packets
	acked      rate  // bytes
	pushed     int64 // bytes of packets
	way        *way  // of the last connection
	gap        bool  // pictures were dropped, and no key frame was asked for yet
	adapter    adapter
}

// A studio is what a sender asks of its broadcast.
type studio interface {
	keyframe()           // make a key frame
	limits() limits      // bit/s: of the pictures, and of the sound that goes with them
	steer()              // a sender wants another bit rate
	refill(*sender) bool // make a key frame for a sender that has dropped pictures, or say that it has to wait
	// follows says whether the pictures are made for the way of a sender.
	follows(*sender) bool
}

func newSender(o OutputConfig, s studio, log *slog.Logger) *sender {
	return &sender{
		config: o, studio: s, log: log.With("output", o.Name), queue: newQueue(),
		again: make(chan struct{}, 1), partings: &partings{}, begun: make(chan struct{}), state: Idle, since: time.Now(),
	}
}

// start begins to connect, if it does not run already; packets can be pushed at once.
func (s *sender) start() {
	s.life.Lock()
	defer s.life.Unlock()
	if s.runs() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	s.cancel, s.done = cancel, done
	s.queue.begin()
	s.enter(Connecting, nil)
	go func() { // end waits for it
		defer close(done)
		s.run(ctx)
	}()
}

// runs is for who holds life.
func (s *sender) runs() bool {
	if s.done == nil {
		return false
	}
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

// end sends what is queued, until the deadline at most, and closes the output. It may be called twice.
func (s *sender) end(deadline time.Time) {
	s.life.Lock()
	defer s.life.Unlock()
	if s.done == nil {
		return
	}
	s.queue.end()
	s.cancel()
	select {
	case <-s.done:
	case <-time.After(time.Until(deadline)):
		s.closeOutput()
		<-s.done
	}
	s.queue.clear()
}

// hurry makes it try at once where it would wait, for its next attempt or for an answer to this one.
func (s *sender) hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != Connecting && s.state != Reconnecting {
		return
	}
	select {
	case s.again <- struct{}{}:
	default:
	}
	if s.giveUp != nil {
		s.giveUp()
	}
}

// A distant Output knows where its other side is.
type distant interface{ remote() net.Addr }

// rewired gives up a connection whose way has gone with a change of the network, and makes one that waits for its next
// attempt try at once.
func (s *sender) rewired() {
	s.mu.Lock()
	far, ok := s.output.(distant)
	link, before := s.link, s.source
	s.mu.Unlock()
	if ok && before != nil && !before.Equal(source(far.remote())) {
		link.Lost(fmt.Errorf("%v is lost: the network of this computer has changed", s.place()))
		return
	}
	s.hurry()
}

// A choosy Output may send one of several kinds of sound that it was given.
type choosy interface {
	leaves(encoder.Codec) bool // does not send
}

// push hands over a packet of any stream and never waits.
func (s *sender) push(p *encoder.Packet) {
	s.mu.Lock()
	i := slices.IndexFunc(s.streams, func(o *encoder.Stream) bool { return o.Codec == p.Stream.Codec })
	if i >= 0 && s.streams[i] != p.Stream { // the next connection begins with it
		s.streams = slices.Clone(s.streams)
		s.streams[i] = p.Stream
	}
	if out, ok := s.output.(choosy); ok && out.leaves(p.Stream.Codec) {
		i = -1
	}
	if i >= 0 {
		s.pushed += int64(p.Size())
	}
	s.mu.Unlock()
	if i >= 0 {
		s.queue.push(p)
		s.begin.Do(func() { close(s.begun) })
	}
}

// askKey asks for a key frame. One that would come only after the delay is of no use: the stream goes on with the next.
func (s *sender) askKey() {
	if !s.delayed {
		s.studio.keyframe()
	}
}

// carried returns the streams as they are now.
func (s *sender) carried() []*encoder.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams
}

func (s *sender) closeOutput() {
	s.mu.Lock()
	out := s.output
	s.mu.Unlock()
	if out != nil {
		out.Close()
	}
}

// enter changes to a state that is not live.
func (s *sender) enter(state State, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == Reconnecting && !s.was {
		state = Connecting
	}
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	if state != s.state || problem != s.problem {
		s.log.Info(string(state), "error", problem)
	}
	if state != s.state {
		s.since = time.Now()
	}
	s.state, s.problem = state, problem
}

func (s *sender) current() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// stats returns the numbers of now, and what the connection knows of its way.
func (s *sender) stats() (OutputStats, Link) {
	_, dropped := s.queue.state()
	waits := s.waits(time.Now())
	s.mu.Lock()
	defer s.mu.Unlock()
	o := OutputStats{
		Name: s.config.Name, Protocol: s.config.Destination.Protocol(), State: s.state, Since: s.since, Error: s.problem,
		BitrateKbps: int(s.sent.perSecond() * 8 / 1000), AckedKbps: int(s.acked.perSecond() * 8 / 1000), DroppedFrames: dropped.Sum(), Dropped: dropped,
		Reconnects: s.reconnects, Backup: s.backup, SentBytes: s.sentBefore,
	}
	var l Link
	if s.output != nil {
		l = s.output.Link()
		o.SentBytes += l.SentBytes
		o.QueueMS = int(waits.Milliseconds())
		o.RTTMS, o.Loss, o.Resent = milliseconds(l.RTT), l.Loss, l.Resent
		o.EstimateKbps = l.Estimate / 1000
	}
	return o, l
}
