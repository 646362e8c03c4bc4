// Package transcoder codes sound once more: in go packets of one codec, out come those of another, at the same times.
package transcoder

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/internal/fanout"
)

const (
	transcoderQueue = 256 << 10 // bytes: ten seconds of sound
	// maxSoundOff is how far sound may be from where its samples say, before some are left out or added.
	maxSoundOff = 10 * time.Millisecond
	// maxSilence is how much may be added; after more, coding begins anew.
	maxSilence = time.Second
	// maxSoundErrors in a row end the transcoding.
	maxSoundErrors = 100
)

// A Transcoder codes the sound of a stream once more, in a goroutine of its own: WebRTC has no AAC, and RTMP and
// transport streams have no Opus that players know.
type Transcoder struct {
	from    *encoder.Stream
	to      *encoder.Stream
	config  encoder.AudioConfig
	deliver func(*encoder.Packet)
	queue   *fanout.Queue
	log     *slog.Logger
	run     sync.WaitGroup

	decoder *encoder.SoundDecoder
	coder   *encoder.Audio
	begun   bool
	next    time.Duration // when the sound that comes next is due
}

// New begins to code what is pushed as codec; deliver gets the packets.
func New(from *encoder.Stream, codec encoder.Codec, deliver func(*encoder.Packet), log *slog.Logger) (*Transcoder, error) {
	t := &Transcoder{
		from: from, deliver: deliver, queue: fanout.NewQueue(transcoderQueue), log: log,
		config: encoder.AudioConfig{Codec: codec, SampleRate: capture.SampleRate, Channels: 2, BitRate: 128_000},
	}
	if from.Channels == 1 {
		t.config.Channels, t.config.BitRate = 1, 64_000
	}
	var err error
	if t.decoder, err = encoder.NewSoundDecoder(from); err != nil {
		return nil, err
	}
	if t.coder, err = encoder.NewAudio(t.config); err != nil {
		t.decoder.Close()
		return nil, err
	}
	t.to = t.coder.Stream()
	t.run.Go(t.loop)
	return t, nil
}

// Stream returns what comes out.
func (t *Transcoder) Stream() *encoder.Stream { return t.to }

// Push queues a packet, and never blocks.
func (t *Transcoder) Push(pkt *encoder.Packet) {
	if pkt.Stream.Codec == t.from.Codec {
		t.queue.Push(&fanout.Unit{Packet: pkt})
	}
}

func (t *Transcoder) loop() {
	defer t.free()
	failed := 0
	for {
		u, ok := t.queue.Pop()
		if !ok {
			return
		}
		err := t.code(u.Packet)
		if err == nil {
			failed = 0
			continue
		}
		if failed++; failed == 1 {
			t.log.Warn("sound", "error", err)
		}
		if failed == maxSoundErrors {
			t.log.Error("sound is given up, it cannot be decoded", "error", err)
			return
		}
	}
}

// code turns one packet into as many as it fills.
func (t *Transcoder) code(pkt *encoder.Packet) error {
	frames, err := t.decoder.Decode(pkt)
	if err != nil {
		return err
	}
	for _, f := range frames {
		if err := t.place(f); err != nil {
			return err
		}
		packets, err := t.coder.Encode(f)
		if err != nil {
			return err
		}
		for _, p := range packets {
			p.Stream = t.to
			t.deliver(p)
		}
	}
	return nil
}

// place makes f follow on what was coded before, which the coder goes by: what is missing becomes silence, what is too
// much is left out, and after a jump coding begins anew.
func (t *Transcoder) place(f *capture.AudioFrame) error {
	off := f.PTS - t.next
	frames := func(d time.Duration) int { // with all channels
		return f.Channels * int(capture.Ticks(d, capture.Rational{Num: f.SampleRate, Den: 1}))
	}
	switch {
	case !t.begun:
		t.begun, t.next = true, f.PTS
	case off.Abs() > maxSilence:
		if err := t.restart(); err != nil {
			return err
		}
		t.next = f.PTS
	case off > maxSoundOff:
		f.Samples = append(make([]float32, frames(off)), f.Samples...)
	case off < -maxSoundOff:
		f.Samples = f.Samples[min(frames(-off), len(f.Samples)):]
	}
	t.next += capture.Duration(int64(len(f.Samples)/f.Channels), capture.Rational{Num: f.SampleRate, Den: 1})
	return nil
}

// restart has the next sound coded at its own time.
func (t *Transcoder) restart() error {
	next, err := encoder.NewAudio(t.config)
	if err != nil {
		return fmt.Errorf("sound: %w", err)
	}
	t.discard()
	t.coder = next
	return nil
}

// Close ends it and waits. It may be called twice, and not with a lock held that deliver takes.
func (t *Transcoder) Close() {
	t.queue.Close()
	t.run.Wait()
}

func (t *Transcoder) free() {
	t.decoder.Close()
	t.discard()
}

// discard ends the coder, with what is still inside.
func (t *Transcoder) discard() {
	_, _ = t.coder.Flush() // or it complains
	_ = t.coder.Close()
}
