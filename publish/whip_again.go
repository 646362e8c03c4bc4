package publish

import (
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"golive/internal/pace"
)

const (
	// askedAgain is how soon after a round trip a receiver may ask for a packet once more.
	askedAgain = 20 * time.Millisecond
	// stillOfUse is how long a packet is sent again: receivers of live pictures go on without it after about that time.
	stillOfUse = 400 * time.Millisecond
)

// turns are given to the packets of a connection at the pace of its stream, first to sound, and to those that go again.
type turns struct {
	mu     sync.Mutex
	bucket pace.Bucket
	again  int // packets that wait to go again
}

// set tells the bit rate of the stream, in bit/s.
func (t *turns) set(bitRate int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bucket.Set(bitRate)
}

// limit tells how many bytes may go in a second at most.
func (t *turns) limit(perSecond int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bucket.Limit(perSecond)
}

// take takes the turn of a packet, or returns how long it has to wait before it asks again.
func (t *turns) take(bytes int, first bool) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait = t.bucket.Ready(time.Now()); wait == 0 && t.again > 0 && !first {
		return time.Millisecond
	}
	if wait == 0 {
		t.bucket.Take(bytes)
	}
	return wait
}

// wait waits for the turn of a packet that goes again. ok is false when the connection is over before.
func (t *turns) wait(bytes int, over <-chan struct{}) (ok bool) {
	t.queue(1)
	defer t.queue(-1)
	for {
		wait := t.take(bytes, true)
		if wait == 0 {
			return true
		}
		select {
		case <-time.After(wait):
		case <-over:
			return false
		}
	}
}

func (t *turns) queue(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.again += n
}

// A resender holds back packets that go again: they wait for their turns, for on a full way more would only be lost. What
// may still arrive is not sent again, however often the receiver asks, nor what would come too late.
type resender struct {
	interceptor.NoOp

	turns *turns
	sound *soundKeeper
	rtt   func() time.Duration
	over  <-chan struct{} // closed when the connection is over
}

// NewInterceptor implements interceptor.Factory: a resender belongs to one connection.
func (r *resender) NewInterceptor(string) (interceptor.Interceptor, error) { return r, nil }

// BindLocalStream implements interceptor.Interceptor.
func (r *resender) BindLocalStream(info *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	if info.MimeType == webrtc.MimeTypeOpus {
		return r.sound.bind(w)
	}
	s := &sentTimes{}
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		again, due := s.note(h.SequenceNumber, time.Now(), r.rtt()+askedAgain)
		if !due || again && !r.turns.wait(len(payload)+rtpOverhead, r.over) {
			return 0, nil
		}
		return w.Write(h, payload, a)
	})
}

// sentTimes knows when the last packets of a stream were sent, by their sequence numbers.
type sentTimes struct {
	mu          sync.Mutex
	begun       bool
	newest      uint16
	first, last [nackMemory]time.Time
}

// note takes note of a packet that is to be sent now. It says whether it is sent again, and if so, whether that is due: it
// may be once in a round trip, and as long as it is of use.
func (s *sentTimes) note(number uint16, now time.Time, roundTrip time.Duration) (again, due bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := number % nackMemory
	if !s.begun || int16(number-s.newest) > 0 {
		s.begun, s.newest = true, number
		s.first[i], s.last[i] = now, now
		return false, true
	}
	if now.Sub(s.last[i]) < roundTrip || now.Sub(s.first[i]) > stillOfUse {
		return true, false
	}
	s.last[i] = now
	return true, true
}
