package publish

import (
	"sync/atomic"
	"time"
)

// A videoMeter counts the pictures of a live.
type videoMeter struct {
	captured, lagged, skipped, encoded atomic.Int64
	leftOut                            atomic.Int64
	captureTime, encodeTime            window
	frames, bytes                      rate
	first                              atomic.Pointer[time.Time] // when the first picture was encoded
}

// Stats returns the state now. It is cheap enough for 4 Hz and more.
func (b *Broadcast) Stats() Stats {
	s := Stats{Time: time.Now(), Audio: b.sound.stats(), Outputs: []OutputStats{}}
	s.CPUCores, s.RSSMB = b.usage.read()
	if l := b.latest(); l != nil {
		l.stats(&s, &b.views, &b.players)
	}
	s.Video.Error = b.video.problem()
	s.Slate = b.slate.on.Load() || b.live.Load() != nil && b.slate.shown.Load()
	if s.Latency.Viewers > 0 {
		p := b.views.percentiles()
		s.Latency.P50, s.Latency.P95 = p.P50, p.P95
		s.Latency.Player = b.players.percentiles().P50
	}
	return s
}

func (l *live) stats(s *Stats, views, players *window) {
	s.UptimeS = tenths(l.uptime().Seconds())
	s.Video = VideoStats{
		FPS: l.frames.perSecond(), Captured: l.captured.Load(), Lagged: l.lagged.Load(),
		Skipped: l.skipped.Load(), LeftOut: l.leftOut.Load(), Encoded: l.encoded.Load(),
		CaptureMS: l.captureTime.percentiles(), EncodeMS: l.encodeTime.percentiles(),
		BitrateKbps: int(l.bytes.perSecond() * 8 / 1000),
	}
	l.video.stats(&s.Video)
	for _, sender := range l.outputs() {
		o, link := sender.stats()
		s.Outputs = append(s.Outputs, o)
		s.Latency.Viewers += link.Viewers
		for _, d := range link.Latency {
			views.add(d)
		}
		for _, d := range link.Player {
			players.add(d)
		}
	}
	l.upload(&s.Upload)
	s.Recording = l.recording()
}

// uptime is the time since the first picture was encoded.
func (l *live) uptime() time.Duration {
	first := l.first.Load()
	if first == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended.IsZero() {
		return l.ended.Sub(*first)
	}
	return time.Since(*first)
}

// Uptime returns the time since the first picture was encoded, zero before that.
func (b *Broadcast) Uptime() time.Duration {
	if l := b.live.Load(); l != nil {
		return l.uptime()
	}
	return 0
}
