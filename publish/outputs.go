package publish

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// OutputConfig is a Destination by the name people see.
type OutputConfig struct {
	Name        string
	Destination Destination
	Backup      Destination // taken when Destination has failed for ten seconds, and the other way round; nil for none
}

var (
	errNotLive  = errors.New("the broadcast is not live")
	errNoOutput = errors.New("there is no such destination")
)

// AddOutput connects one more output of a live broadcast; it stands last in Stats.Outputs. Errors: as of GoLive.
func (b *Broadcast) AddOutput(o OutputConfig) error {
	b.change.Lock()
	defer b.change.Unlock()
	l := b.live.Load()
	if l == nil {
		return errNotLive
	}
	if err := checkCodecs(l.config.Codec, "", []OutputConfig{o}); err != nil {
		return err
	}
	if err := l.openSound([]OutputConfig{o}); err != nil {
		return err
	}
	l.connect(o)
	return nil
}

// StartOutput connects the output i of Stats.Outputs again, that was stopped or refused; one that runs goes on.
func (b *Broadcast) StartOutput(i int) error {
	b.change.Lock()
	defer b.change.Unlock()
	s, err := b.output(i)
	if err == nil {
		s.start()
	}
	return err
}

// StopOutput ends the output i of Stats.Outputs properly, within a second or so; the others go on.
func (b *Broadcast) StopOutput(i int) error {
	s, err := b.output(i)
	if err != nil {
		return err
	}
	s.end(time.Now().Add(drainTime))
	s.enter(Stopped, nil)
	return nil
}

// RetryOutput tries the output i of Stats.Outputs at once when it waits for its next attempt, was refused or was
// stopped. One that is live goes on.
func (b *Broadcast) RetryOutput(i int) error {
	b.change.Lock()
	defer b.change.Unlock()
	s, err := b.output(i)
	if err == nil {
		s.start()
		s.hurry()
	}
	return err
}

func (b *Broadcast) output(i int) (*sender, error) {
	l := b.live.Load()
	if l == nil {
		return nil, errNotLive
	}
	outputs := l.outputs()
	if i < 0 || i >= len(outputs) {
		return nil, fmt.Errorf("%w: number %d of %d", errNoOutput, i+1, len(outputs))
	}
	return outputs[i], nil
}

// AllRefused says whether there is nobody to send to: every output was refused, or stopped after another one was.
func (b *Broadcast) AllRefused() bool {
	l := b.latest()
	if l == nil {
		return false
	}
	var refused, other bool
	for _, s := range l.outputs() {
		switch s.current() {
		case Refused:
			refused = true
		case Stopped:
		default:
			other = true
		}
	}
	return refused && !other
}

// connect starts one more output.
func (l *live) connect(o OutputConfig) {
	s := newSender(o, l, l.config.Log)
	s.partings = l.partings
	s.delayed = l.delayed != nil && (o.Destination.Protocol() != "local" || l.config.DelayLocal)
	video, audio := o.Destination.Codecs()
	l.mu.Lock()
	s.streams = carried(l.streams, video, audio)
	l.senders = append(l.senders, s)
	l.mu.Unlock()
	s.start()
}

// rewired tells all outputs that the network of this computer has changed.
func (l *live) rewired() {
	for _, s := range l.outputs() {
		s.rewired()
	}
}

// outputs returns the senders of now.
func (l *live) outputs() []*sender {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clip(l.senders)
}
