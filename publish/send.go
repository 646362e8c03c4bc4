package publish

import (
	"context"
	"net"
	"sync"
	"time"
)

// run is the life of an output, from a start to its end.
func (s *sender) run(ctx context.Context) {
	if s.delayed {
		select {
		case <-s.begun:
		case <-ctx.Done():
			s.enter(Stopped, nil)
			return
		}
	}
	r := retry{failing: time.Now()}
	for {
		echo := s.partings.recent(s.place())
		base, lived, err := s.attempt(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
			s.enter(Stopped, nil)
			return
		case r.refused(err, lived, echo):
			s.queue.close()
			s.queue.end()
			s.enter(Refused, err)
			return
		}
		s.queue.close()
		s.enter(Reconnecting, err)
		if s.config.Backup != nil && r.elsewhere() {
			s.swap()
		}
		select {
		case <-time.After(time.Until(base.Add(r.delay()))):
		case <-s.again:
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
	link := &link{keyframe: s.askKey, lost: make(chan struct{})}
	out, err := s.dial(ctx, link)
	if err != nil {
		return base, 0, err
	}
	began := time.Now()
	s.live(out, link)
	if s.queue.reopen() {
		s.askKey()
	}
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(out, link) })
	err = s.send(out, link)
	link.Lost(err) // ends the watch
	watching.Wait()
	s.partings.note(s.place())
	lived = max(1, time.Since(began))
	base = time.Now()
	out.Close()
	s.over(out)
	return base, lived, err
}

// dial connects within attemptTime.
func (s *sender) dial(ctx context.Context, fb Feedback) (Output, error) {
	dialing, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	s.mu.Lock()
	s.giveUp = cancel
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.giveUp = nil
	}()
	return s.place().Dial(dialing, s.carried(), fb)
}

// place returns the destination of now.
func (s *sender) place() Destination {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.backup {
		return s.config.Backup
	}
	return s.config.Destination
}

// swap goes over to the backup destination, or back.
func (s *sender) swap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.backup = !s.backup
	s.log.Info("takes the other of its two destinations", "backup", s.backup)
}

// An ordered Output sends its streams in the order of their DTS. It has to know up to where pictures were dropped, or sound
// would wait for them.
type ordered interface{ pass(dts time.Duration) }

// send writes packets until the queue ends, or the connection does.
func (s *sender) send(out Output, l *link) error {
	way := s.path()
	for {
		p, ok := s.queue.take(l.lost)
		if !ok {
			return l.reason()
		}
		if o, ok := out.(ordered); ok {
			o.pass(s.queue.passed())
		}
		way.begin(p.at)
		if err := out.WritePacket(p.Packet); err != nil {
			if lost := l.reason(); lost != nil {
				return lost
			}
			return err
		}
		way.end(p.Packet)
		s.sent.add(int64(p.Size()))
	}
}

// live notes a connection.
func (s *sender) live(out Output, l *link) {
	var from net.IP
	if far, ok := out.(distant); ok {
		from = source(far.remote())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.was {
		s.reconnects++
	}
	s.state, s.since, s.problem, s.output, s.was = Live, time.Now(), "", out, true
	s.way, s.link, s.source = &way{}, l, from
	s.adapter.reconnect()
	select {
	case <-s.again: // what it was asked for is done
	default:
	}
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
