// Package pace spreads packets over time, so that a key frame does not go out as a burst that overflows buffers on its
// way: in go the bit rate of a stream and the sizes of packets, out comes how long to wait.
package pace

import "time"

const (
	// headroom is how much faster than the stream packets may go: enough for those that go again, and to get rid of a
	// key frame.
	headroom = 1.5
	// burst is how much of a pause may be made up for at once.
	burst = 10 * time.Millisecond
	// leastRate is for streams that hardly move, in bytes a second; leastBurst is a packet, in bytes.
	leastRate, leastBurst = 64_000, 1500
)

// A Bucket holds the bytes that may be sent. It may be overdrawn by one packet. The zero value is to be Set.
type Bucket struct {
	rate   float64 // bytes a second
	most   float64 // bytes a second, whatever the rate; 0 is without limit
	tokens float64
	at     time.Time
}

// Set tells the rate of the stream, in bit/s.
func (b *Bucket) Set(bitRate int) { b.rate = max(leastRate, headroom*float64(bitRate)/8) }

// Limit tells how much may go at most, in bytes a second: on a full way, more would only be lost. 0 is without limit.
func (b *Bucket) Limit(perSecond int) { b.most = float64(perSecond) }

// speed returns how fast packets may go now, in bytes a second.
func (b *Bucket) speed() float64 {
	if b.most > 0 {
		return min(b.rate, b.most)
	}
	return b.rate
}

// Ready returns how long to wait until something may be sent.
func (b *Bucket) Ready(now time.Time) time.Duration {
	if b.at.IsZero() {
		b.at = now
	}
	speed := b.speed()
	b.tokens = min(max(speed*burst.Seconds(), leastBurst), b.tokens+speed*now.Sub(b.at).Seconds())
	b.at = now
	if b.tokens >= 0 {
		return 0
	}
	return max(time.Millisecond, time.Duration(-b.tokens/speed*float64(time.Second)))
}

// Take notes that so many bytes are sent.
func (b *Bucket) Take(bytes int) { b.tokens -= float64(bytes) }
