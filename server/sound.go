package server

import (
	"slices"

	"golive/encoder"
	"golive/internal/transcoder"
)

// A coder codes the sound of a stream once more, while somebody needs it so.
type coder struct {
	*transcoder.Transcoder
	users int
}

// need returns the sound of the stream in a codec, nil when there is none; if nobody publishes it so, it is coded from
// now on, until as many have called release.
func (p *Publication) need(codec encoder.Codec) *encoder.Stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	sounds := slices.DeleteFunc(slices.Clone(p.streams), func(st *encoder.Stream) bool { return st.Codec.Video() })
	own := slices.IndexFunc(sounds, func(st *encoder.Stream) bool { return st.Codec == codec })
	switch t := p.coders[codec]; {
	case own >= 0:
		return sounds[own]
	case t != nil:
		t.users++
		return t.Stream()
	case len(sounds) == 0 || p.closed:
		return nil
	}
	coding, err := transcoder.New(sounds[0], codec, p.deliver, p.server.log.With("stream", p.name))
	if err != nil {
		p.server.log.Error("no sound for some viewers", "stream", p.name, "codec", codec, "error", err)
		return nil
	}
	p.coders[codec] = &coder{coding, 1}
	return coding.Stream()
}

// release says that somebody who needed the sound in a codec does so no more.
func (p *Publication) release(codec encoder.Codec) {
	p.mu.Lock()
	t := p.coders[codec]
	if t == nil {
		p.mu.Unlock()
		return
	}
	t.users--
	unused := t.users == 0
	if unused {
		delete(p.coders, codec)
	}
	p.mu.Unlock()
	if unused {
		t.Close()
	}
}

// deliver hands sound that was coded here to who needs it.
func (p *Publication) deliver(pkt *encoder.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.fanOut(pkt)
	}
}

// transcode has the sound coded for who needs it otherwise. p.mu is held.
func (p *Publication) transcode(pkt *encoder.Packet) {
	for _, t := range p.coders {
		t.Push(pkt)
	}
}

// silent says whether there is no sound.
func (p *Publication) silent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.ContainsFunc(p.streams, func(st *encoder.Stream) bool { return !st.Codec.Video() })
}
