package publish

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golive/encoder"
)

// drainTime is what the outputs have at the end to send what is queued.
const drainTime = time.Second

// A sender keeps one destination supplied: it connects, sends, notices loss, and connects again, until it ends or the
// destination refuses. It owns deadlines, retry, dropping and statistics for every protocol.
type sender struct {
	name     string
	dest     Destination
	keyframe func() // asks the encoder for a key frame
	log      *slog.Logger
	queue    *queue

	cancel context.CancelFunc
	done   chan struct{}

	mu         sync.Mutex
	streams    []*encoder.Stream
	state      State
	problem    string // why it is not live
	output     Output // while live
	was        bool   // it has been live
	reconnects int
	sentBefore int64 // bytes of earlier connections
	sent       rate  // bytes of packets
}

// startSender begins to connect; packets can be pushed at once.
func startSender(o OutputConfig, streams []*encoder.Stream, keyframe func(), log *slog.Logger) *sender {
	ctx, cancel := context.WithCancel(context.Background())
	s := &sender{
		name: o.Name, dest: o.Destination, streams: streams, keyframe: keyframe, log: log.With("output", o.Name),
		queue: newQueue(), cancel: cancel, done: make(chan struct{}), state: Connecting,
	}
	go func() { // end waits for it
		defer close(s.done)
		s.run(ctx)
	}()
	return s
}

// push hands over a packet of any stream and never waits.
func (s *sender) push(p *encoder.Packet) {
	s.mu.Lock()
	i := slices.IndexFunc(s.streams, func(o *encoder.Stream) bool { return o.Codec == p.Stream.Codec })
	if i >= 0 && s.streams[i] != p.Stream { // the next connection begins with it
		s.streams = slices.Clone(s.streams)
		s.streams[i] = p.Stream
	}
	s.mu.Unlock()
	if i >= 0 {
		s.queue.push(p)
	}
}

// carried returns the streams as they are now.
func (s *sender) carried() []*encoder.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams
}

// end sends what is queued, until the deadline at most, and closes the output.
func (s *sender) end(deadline time.Time) {
	s.queue.end()
	s.cancel()
	select {
	case <-s.done:
	case <-time.After(time.Until(deadline)):
		s.closeOutput()
		<-s.done
	}
}

func (s *sender) closeOutput() {
	s.mu.Lock()
	out := s.output
	s.mu.Unlock()
	if out != nil {
		out.Close()
	}
}

// run is the life of an output.
func (s *sender) run(ctx context.Context) {
	var r retry
	for {
		base, lived, err := s.attempt(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			s.enter(Stopped, nil)
			return
		case r.refused(err, lived):
			s.queue.close()
			s.queue.end()
			s.enter(Refused, err)
			return
		}
		s.queue.close()
		s.enter(Reconnecting, err)
		select {
		case <-time.After(time.Until(base.Add(r.delay()))):
		case <-ctx.Done():
			s.enter(Stopped, nil)
			return
		}
	}
}

// attempt connects, and sends until the connection is lost (err says why) or the queue has ended (err is nil). base is
// when the attempt began, or the connection was lost; lived is how long it was live.
func (s *sender) attempt(ctx context.Context) (base time.Time, lived time.Duration, err error) {
	base = time.Now()
	link := &link{keyframe: s.keyframe, lost: make(chan struct{})}
	dialing, cancel := context.WithTimeout(ctx, attemptTime)
	out, err := s.dest.Dial(dialing, s.carried(), link)
	cancel()
	if err != nil {
		return base, 0, err
	}
	began := time.Now()
	s.live(out)
	if s.queue.reopen() {
		s.keyframe()
	}
	err = s.send(out, link)
	lived = max(1, time.Since(began))
	base = time.Now()
	out.Close()
	s.over(out)
	return base, lived, err
}

// send writes packets until the queue ends, or the connection does.
func (s *sender) send(out Output, l *link) error {
	for {
		p, ok := s.queue.take(l.lost)
		if !ok {
			return l.reason()
		}
		if err := out.WritePacket(p); err != nil {
			if lost := l.reason(); lost != nil {
				return lost
			}
			return err
		}
		s.sent.add(int64(p.Size()))
	}
}

// live notes a connection.
func (s *sender) live(out Output) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.was {
		s.reconnects++
	}
	s.state, s.problem, s.output, s.was = Live, "", out, true
	s.log.Info("live", "reconnects", s.reconnects)
}

// over notes the end of a connection.
func (s *sender) over(out Output) {
	sent := out.Link().SentBytes
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sentBefore += sent
	s.output = nil
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
	s.state, s.problem = state, problem
}

func (s *sender) isRefused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == Refused
}

// stats returns the numbers of now, and what the connection knows of its way.
func (s *sender) stats() (OutputStats, Link) {
	waiting, dropped := s.queue.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	o := OutputStats{
		Name: s.name, Protocol: s.dest.Protocol(), State: s.state, Error: s.problem,
		BitrateKbps: int(s.sent.perSecond() * 8 / 1000), DroppedFrames: dropped, Reconnects: s.reconnects,
		SentBytes: s.sentBefore,
	}
	var l Link
	if s.output != nil {
		l = s.output.Link()
		o.SentBytes += l.SentBytes
		o.QueueMS = int((waiting + l.Unsent).Milliseconds())
		o.RTTMS = milliseconds(l.RTT)
	}
	return o, l
}

// A link is the Feedback of one connection.
type link struct {
	keyframe func()
	lost     chan struct{} // closed when the connection is gone

	mu  sync.Mutex
	err error
}

// Keyframe implements Feedback.
func (l *link) Keyframe() { l.keyframe() }

// Lost implements Feedback.
func (l *link) Lost(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return
	}
	if err == nil {
		err = errors.New("the connection is lost")
	}
	l.err = err
	close(l.lost)
}

// reason returns why the connection is gone, nil while it is not.
func (l *link) reason() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
