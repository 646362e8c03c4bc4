package publish

import (
	"sync"
	"sync/atomic"
	"time"

	"golive/capture"
	"golive/encoder"
)

// An ownVideo encodes the pictures of a live for its recording and its replays alone, at a bit rate of their own.
type ownVideo struct {
	video   *pictureEncoder
	mailbox *mailbox
	wantKey atomic.Bool

	encoded, skipped atomic.Int64

	mu  sync.Mutex
	err error
}

// openOwnVideo opens an encoder with the bit rate of the recording. It has time: what is kept need not be quick.
func openOwnVideo(c Config) (*ownVideo, error) {
	c.BitRate, c.LowLatency = c.RecordBitRate, false
	v, err := openPictures(c)
	if err != nil {
		return nil, err
	}
	return &ownVideo{video: v, mailbox: newMailbox()}, nil
}

// openOwn opens the encoder of what is kept, unless there is one that works, and lets it run.
func (l *live) openOwn() error {
	if old := l.records.Load(); old != nil {
		if !l.ownFailed() {
			return nil
		}
		old.free()
	}
	o, err := openOwnVideo(l.config)
	if err != nil {
		return err
	}
	l.claim(o.video.video.Stream())
	l.records.Store(o)
	l.pending.Go(func() { l.encodeOwn(o) })
	return nil
}

// ownFailed says whether the encoder of what is kept has ended before its time.
func (l *live) ownFailed() bool {
	o := l.records.Load()
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err != nil
}

// offer gives it a picture, unless it has failed.
func (o *ownVideo) offer(f *capture.VideoFrame) {
	if o.mailbox.put(f) {
		o.skipped.Add(1)
	}
}

// encodeOwn encodes for the recording until the mailbox ends. An encoder that fails ends the recording alone.
func (l *live) encodeOwn(o *ownVideo) {
	err := o.video.run(o.mailbox, &o.wantKey, func(time.Duration) {}, func(p *encoder.Packet) {
		o.encoded.Add(1)
		l.claim(p.Stream)
		l.deliver(p)
	})
	if err == nil {
		return
	}
	l.config.Log.Error("the encoder of the recording failed; the stream goes on", "error", err)
	o.mailbox.end()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err = err
}

// stats adds how it is doing.
func (o *ownVideo) stats(s *RecordingStats) {
	var v VideoStats
	o.video.stats(&v)
	s.Encoder, s.TargetKbps, s.Encoded, s.Skipped = v.Encoder, v.TargetKbps, o.encoded.Load(), o.skipped.Load()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil && s.Error == "" {
		s.Error = "the recording ends here, because its encoder failed: " + o.err.Error()
	}
}

// end lets encodeOwn end, for live.pending.
func (o *ownVideo) end() { o.mailbox.end() }

// free closes the encoder when encodeOwn has ended, or was never begun.
func (o *ownVideo) free() {
	o.mailbox.end()
	if f := o.mailbox.take(); f != nil { // left by an encoder that failed
		f.Release()
	}
	o.video.close()
}
