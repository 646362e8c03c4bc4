package publish

import (
	"net"
	"slices"
	"sync"
	"time"

	"golive/encoder"
	"golive/internal/srt"
	"golive/recording"
)

// srtFarewell bounds how long Close waits for the receiver, which hands on what it has only when that is due: enough for a
// latency of 800 ms.
const srtFarewell = 1200 * time.Millisecond

// srtOutput is a connection to an SRT listener, live when Dial has returned it.
type srtOutput struct {
	dest     *srtDestination
	conn     *srt.Conn
	feedback Feedback

	mu     sync.Mutex
	stream *recording.TransportStream
	rate   *bitMeter
	away   bool // nothing arrives
	closed bool

	closing sync.Once
	waiting sync.WaitGroup
}

func newSRTOutput(d *srtDestination, c *srt.Conn, streams []*encoder.Stream, rate *bitMeter, fb Feedback) (*srtOutput, error) {
	o := &srtOutput{dest: d, conn: c, feedback: fb, rate: rate}
	var err error
	if o.stream, err = recording.NewTransportStream(payloads{c}, streams); err != nil {
		return nil, err
	}
	o.waiting.Go(func() {
		if err := c.Wait(); err != srt.ErrClosed {
			fb.Lost(d.lost(err))
		}
	})
	return o, nil
}

// payloads cuts a transport stream into payloads, and holds nothing back.
type payloads struct{ conn *srt.Conn }

// Write implements io.Writer.
func (p payloads) Write(b []byte) (int, error) {
	for piece := range slices.Chunk(b, srt.MaxPayload) {
		if err := p.conn.Write(piece); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// WritePacket implements Output. The streams need no interleaving here: in MPEG-TS, packets may come as late as the clock
// of the stream is behind them.
func (o *srtOutput) WritePacket(p *encoder.Packet) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return o.dest.lost(srt.ErrClosed)
	}
	if o.rate.add(p) {
		o.conn.SetRate(o.rate.bitRate())
	}
	if err := o.stream.WritePacket(p); err != nil {
		return o.dest.lost(err)
	}
	away := o.conn.Stats().Starved
	if o.away && !away { // what follows cannot be decoded without what was dropped
		o.feedback.Keyframe()
	}
	o.away = away
	return nil
}

// Link implements Output. What has arrived behind a loss counts as acknowledged: it waits there for its time, and not for
// what is missing.
func (o *srtOutput) Link() Link {
	s := o.conn.Stats()
	return Link{
		SentBytes: s.Sent, AckedBytes: s.Acked + s.Ahead, Queued: s.Unacked - s.Ahead, RTT: s.RTT, Loss: s.Loss, Resent: s.Resent,
		Estimate: s.Capacity,
	}
}

// remote implements distant.
func (o *srtOutput) remote() net.Addr { return o.conn.RemoteAddr() }

// srtOnWay is the part of what a transport may hold that may be on its way: nothing else counts here.
const srtOnWay = 0.85

// bound implements bounded.
func (o *srtOutput) bound(bytes, perSecond int) {
	o.conn.SetLimit(int(srtOnWay*float64(bytes)), perSecond)
}

// Close implements Output: it waits until the receiver has handed on all, and closes the connection.
func (o *srtOutput) Close() error {
	o.closing.Do(func() {
		o.conn.Flush(srtFarewell)
		o.conn.Close()
		o.waiting.Wait()
		o.mu.Lock()
		defer o.mu.Unlock()
		o.closed = true
	})
	return nil
}
