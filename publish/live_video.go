package publish

import (
	"time"

	"golive/capture"
	"golive/encoder"
)

// keyframe asks for a key frame as soon as the last is old enough.
func (l *live) keyframe() { l.wantKey.Store(true) }

// offer gives a picture to the encoder, which may be too busy to take it. A picture that is not fresh repeats another.
func (l *live) offer(f *capture.VideoFrame, fresh bool) {
	tick := capture.Ticks(f.PTS, l.config.FrameRate)
	if tick <= l.tick { // from a new source, for a moment that the old one has filled
		return
	}
	missing := tick - l.tick - 1
	if l.tick < 0 {
		missing = 0
	}
	l.tick = tick
	if fresh {
		l.captured.Add(1)
		l.captureTime.add(f.Took)
	} else {
		missing++
	}
	l.lagged.Add(missing)
	switch {
	case economy(l.video.economy.Load()).leavesOut(tick, l.config.FrameRate):
		l.leftOut.Add(1)
	case l.mailbox.put(f):
		l.skipped.Add(1)
	}
	if o := l.records.Load(); o != nil && l.keeps() {
		o.offer(f)
	}
}

// encode turns the pictures of the mailbox into packets until it ends.
func (l *live) encode() {
	if err := l.video.run(l.mailbox, &l.wantKey, l.encodeTime.add, l.picture); err != nil {
		l.fail(err)
	}
}

func (l *live) picture(p *encoder.Packet) {
	l.encoded.Add(1)
	l.frames.add(1)
	l.bytes.add(int64(p.Size()))
	l.first.CompareAndSwap(nil, new(time.Now()))
	if l.config.Timing.On(p) {
		p = l.mark(p)
	}
	l.deliver(p)
}

// mark writes into a picture when it was taken and what happened since the last one that has this.
func (l *live) mark(p *encoder.Packet) *encoder.Packet {
	now := time.Now()
	t := encoder.Timing{
		Captured: p.Captured, Submitted: p.Submitted, Encoded: now, Interleaved: now,
		Rendered: uint32(l.captured.Load()), Lagged: uint32(l.lagged.Load()), Output: uint32(l.encoded.Load()),
		Skipped: uint32(l.skipped.Load()), Coded: uint32(l.encoded.Load()),
	}
	for _, s := range l.outputs() {
		_, dropped := s.queue.state()
		t.Dropped += uint32(dropped.Sum())
	}
	t.Input = t.Coded + t.Skipped
	last := l.marked
	l.marked = t
	t.Rendered -= last.Rendered
	t.Lagged -= last.Lagged
	t.Dropped -= last.Dropped
	t.Output -= last.Output
	t.Input -= last.Input
	t.Skipped -= last.Skipped
	t.Coded -= last.Coded
	return t.Mark(p)
}
