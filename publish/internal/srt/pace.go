package srt

import "time"

const (
	// headroom is how much faster than the stream packets may go: enough for those that go again, and to get rid of a
	// key frame, without bursts that overflow buffers on the way.
	headroom = 1.5
	// burst is how much of a pause may be made up for at once.
	burst = 10 * time.Millisecond
	// leastRate is for streams that hardly move, in bytes a second.
	leastRate = 64_000
)

// A pace is a bucket of bytes that may be sent. It may be overdrawn by one packet.
type pace struct {
	rate   float64 // bytes a second
	tokens float64
	at     time.Time
}

func (p *pace) set(bitRate int) { p.rate = max(leastRate, headroom*float64(bitRate)/8) }

// ready fills the bucket, and returns how long to wait until something may be sent.
func (p *pace) ready(now time.Time) time.Duration {
	most := max(p.rate*burst.Seconds(), mss)
	p.tokens = min(most, p.tokens+p.rate*now.Sub(p.at).Seconds())
	p.at = now
	if p.tokens > 0 {
		return 0
	}
	return max(time.Millisecond, time.Duration(-p.tokens/p.rate*float64(time.Second)))
}

func (p *pace) take(bytes int) { p.tokens -= float64(bytes) }
