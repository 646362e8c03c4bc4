package network

import (
	"math/rand/v2"
	"time"
)

// Conditions are those of one direction of a link. The zero value is a perfect wire.
type Conditions struct {
	Rate    int           // bit/s, of IP packets; 0 is without limit
	Queue   int           // bytes that may wait for their turn at Rate, what comes beyond is dropped; 0 is defaultQueue
	Delay   time.Duration // of each packet, after the queue
	Jitter  time.Duration // up to this much more delay
	Reorder bool          // jitter lets packets overtake each other
	Loss    float64       // part of the packets that is lost, 0 to 1
	Burst   float64       // mean number of packets lost in a row; up to 1, each is lost by itself
}

// defaultQueue is that of a small router.
const defaultQueue = 64 << 10

// loses decides about one packet after another, by the model of Gilbert and Elliott: packets are lost while the state is
// bad. One random number a packet is used, whatever the conditions, so that a seed always means the same.
type loses struct {
	random *rand.Rand
	bad    bool
}

func (l *loses) next(c Conditions) bool {
	draw := l.random.Float64()
	if c.Burst <= 1 {
		l.bad = draw < c.Loss
		return l.bad
	}
	if l.bad {
		l.bad = draw >= 1/c.Burst
	} else {
		l.bad = draw < c.Loss/(c.Burst*(1-min(c.Loss, 0.99)))
	}
	return l.bad
}
