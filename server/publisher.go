package server

import (
	"errors"
	"slices"
	"time"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/timeline"
)

const (
	// defaultPatience is how long a stream waits for a publisher that is gone.
	defaultPatience = 10 * time.Second
	// silence is after how long without a packet somebody else may go on in a publisher's place: it has lost its
	// connection, and comes over a new one before the old one is noticed to be dead.
	silence = 2 * time.Second
)

var errReplaced = errors.New("somebody else has gone on with the stream, after nothing came for two seconds")

// A Publisher writes to one stream. Its methods may be called from any goroutine.
type Publisher struct {
	*Publication
}

// WritePacket hands a packet to all viewers. It never blocks on one. After an error nothing more can be written.
func (w *Publisher) WritePacket(pkt *encoder.Packet) error { return w.write(w, pkt) }

// Close leaves the stream: unless somebody goes on with it, it ends after ten seconds. It may be called twice.
func (w *Publisher) Close() { w.leave(w, nil) }

// fail is Close for a reason that viewers are told.
func (w *Publisher) fail(why error) { w.leave(w, why) }

// mayWrite says why w cannot write. p.mu is held.
func (p *Publication) mayWrite(w *Publisher) error {
	switch {
	case p.closed:
		return errEnded
	case p.writer != w:
		return errReplaced
	}
	return nil
}

// busy says whether somebody publishes, and is heard of.
func (p *Publication) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.occupied()
}

// occupied is busy where p.mu is held.
func (p *Publication) occupied() bool {
	return p.writer != nil && time.Since(p.timeline.At) < silence
}

// An absence is the time without a publisher.
type absence struct {
	since time.Time   // zero while there is one
	why   error       // nil when it just left
	timer *time.Timer // ends the stream
}

// over stops the wait.
func (a *absence) over() {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.since, a.why, a.timer = time.Time{}, nil, nil
}

// away says whether the stream waits for a publisher, and why the last one is gone: "" when it just left.
func (p *Publication) away() (bool, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writer == nil, sentence(p.absence.why)
}

// leave lets the stream wait for somebody to go on in the place of w, as long as the server's patience lasts.
func (p *Publication) leave(w *Publisher, why error) {
	patience := p.server.patience
	why = public(why)
	p.mu.Lock()
	if p.closed || p.writer != w {
		p.mu.Unlock()
		return
	}
	p.writer, p.keyframe = nil, nil
	p.absence.since, p.absence.why = time.Now(), why
	if patience > 0 {
		p.absence.timer = time.AfterFunc(patience, func() { p.expire(why) })
	}
	p.mu.Unlock()
	if patience <= 0 {
		p.end(why)
		return
	}
	p.server.log.Info("stream is away", "stream", p.name, "error", why)
	p.server.events.announce(event{Type: eventAway, Stream: p.name, Reason: sentence(why)})
}

// expire ends the stream if it is still away.
func (p *Publication) expire(why error) {
	p.mu.Lock()
	away := p.writer == nil
	p.mu.Unlock()
	if away {
		p.end(why)
	}
}

// resume lets a publisher go on with the stream; nil when it is published, has ended, or had other tracks.
func (p *Publication) resume(streams []*encoder.Stream, keyframe func()) *Publisher {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.occupied() || !slices.EqualFunc(p.streams, streams, interchangeable) {
		return nil
	}
	w := &Publisher{p}
	p.writer, p.keyframe, p.gop, p.wanted = w, keyframe, fanout.GOP{}, true
	p.absence.over()
	p.timeline.Part(time.Now())
	p.clock = timeline.Clock{Epoch: p.clock.Epoch}
	for v := range p.viewers {
		v.queue.Cut()
	}
	for t := range p.taps {
		t.queue.Cut()
	}
	for i, st := range streams {
		if !st.Codec.Video() {
			continue
		}
		p.streams[i], p.video = st, st
	}
	return w
}

// interchangeable says whether players that were told of a can go on with b: pictures tell of themselves.
func interchangeable(a, b *encoder.Stream) bool {
	return a.Codec == b.Codec &&
		(a.Codec.Video() || a.SampleRate == b.SampleRate && a.Channels == b.Channels && slices.Equal(a.Extradata, b.Extradata))
}
