package srt

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/datarhei/gosrt/crypto"
	"github.com/datarhei/gosrt/packet"

	"golive/internal/pace"
)

const (
	// tick is how often is looked at what waits.
	tick = 10 * time.Millisecond
	// deadAfter is how long a peer may say nothing, or acknowledge nothing.
	deadAfter = 4500 * time.Millisecond
	// keepAlive is how long this side says nothing (section 3.2.3).
	keepAlive = time.Second
	// reportEvery is how often a receiver reports again what it misses (section 4.8.2).
	reportEvery = 20 * time.Millisecond
	// hopeless is the part of the packets that only a way that is too narrow loses.
	hopeless = 0.2
	// lossy is the part of the packets beyond which one spare is too often lost as well.
	lossy = 0.03
	// lastCall is how long before the end of its life a packet that was lost and is not acknowledged goes again unasked.
	lastCall = 3 * tick
	// leastLimit is of what is on its way, in bytes.
	leastLimit = 16 * MaxPayload
	// handOn is how long a receiver on a busy computer may take to hand on what is due.
	handOn = 300 * time.Millisecond
	// settledAfter is how many reports of the round trip time are passed over: a receiver begins with a guess of 100 ms, of
	// which each measure takes away an eighth (section 4.10). Until then, what the handshake took is better.
	settledAfter = 32
)

// A Conn is a connection to a listener. Write is for one goroutine, the rest for any.
type Conn struct {
	socket  *net.UDPConn
	config  Config
	start   time.Time
	peer    uint32
	latency time.Duration
	behind  time.Duration // at most, the receiver's clock
	cipher  crypto.Crypto
	running sync.WaitGroup
	done    chan struct{} // closed when the connection is over
	moved   chan struct{} // holds one item when a Write that waits should look again

	mu       sync.Mutex
	err      error // why it is over
	window   window
	message  uint32
	limit    int64 // bytes on their way; 0 is without
	pace     pace.Bucket
	keys     keys
	heard    time.Time // when something came from the other side
	progress time.Time // when something was acknowledged, or nothing waited for it
	starved  bool      // packets were dropped since
	said     time.Time // when something was sent
	newest   time.Time // when a payload was sent for the first time
	rtt      time.Duration
	rttVar   time.Duration
	reports  int // of the round trip time
	stats    Stats
	loss     lossMeter
}

// Dial connects to the listener at a "host:port", until ctx ends. Errors: a Rejection, ErrProtocol, those of the network
// and of ctx.
func Dial(ctx context.Context, address string, c Config) (*Conn, error) {
	h, stop, err := call(ctx, address, c)
	if err != nil {
		return nil, err
	}
	agreed, err := h.run(ctx)
	if !stop() || err != nil {
		h.socket.Close()
		return nil, cmp.Or(err, ctx.Err())
	}
	return open(h, agreed), nil
}

// Reach says whether somebody who speaks SRT answers at a "host:port", without connecting. Errors are those of Dial.
func Reach(ctx context.Context, address string) error {
	h, stop, err := call(ctx, address, Config{})
	if err != nil {
		return err
	}
	defer h.socket.Close()
	defer stop()
	_, err = h.ask(ctx, h.induction())
	return err
}

// call opens a socket to a listener, which the end of ctx closes until stop is called.
func call(ctx context.Context, address string, c Config) (h *handshake, stop func() bool, err error) {
	dialed, err := (&net.Dialer{}).DialContext(ctx, "udp", address)
	if err != nil {
		return nil, nil, err
	}
	h = &handshake{socket: dialed.(*net.UDPConn), config: c, id: random(), first: c.Start.Sequence & sequenceMask, start: time.Now()}
	if c.Start.Sequence == 0 {
		h.first = random() & sequenceMask
	}
	return h, context.AfterFunc(ctx, func() { h.socket.Close() }), nil
}

// random returns a number that nobody can foresee.
func random() uint32 {
	var b [4]byte
	rand.Read(b[:]) // it never fails
	return binary.BigEndian.Uint32(b[:]) | 1
}

// open begins to listen on a connection that is made.
func open(h *handshake, a agreement) *Conn {
	now := time.Now()
	c := &Conn{
		socket: h.socket, config: h.config, start: h.start, peer: a.peer, latency: a.latency, behind: a.took, cipher: h.cipher,
		done: make(chan struct{}), moved: make(chan struct{}, 1),
		window: window{next: h.first, seen: h.first}, heard: now, progress: now, said: now, rtt: a.took, rttVar: a.took / 2,
		keys: keys{current: packet.UnencryptedPacket},
	}
	if c.cipher != nil {
		c.keys.current = packet.EvenKeyEncrypted
	}
	c.pace.Set(h.config.Rate)
	c.socket.SetReadDeadline(time.Time{})
	c.running.Go(c.listen)
	c.running.Go(c.watch)
	return c
}

// RemoteAddr returns the address of the listener.
func (c *Conn) RemoteAddr() net.Addr { return c.socket.RemoteAddr() }

// SetRate tells the bit rate of the stream, in bit/s, by which packets are paced.
func (c *Conn) SetRate(bitRate int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace.Set(bitRate)
}

// SetLimit tells how many bytes of payloads may be on their way, which are neither those that have arrived behind a loss nor
// those that are lost, and how many may go in a second, those that go again included; 0 is without limit. Some packets
// always may.
func (c *Conn) SetLimit(bytes, perSecond int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace.Limit(perSecond)
	c.limit = 0
	if bytes > 0 {
		c.limit = max(leastLimit, int64(bytes))
	}
}

// Write sends a payload of at most MaxPayload bytes. It waits for its turn, and while more is on its way than the
// receiver could still use.
func (c *Conn) Write(payload []byte) error {
	if len(payload) > MaxPayload {
		return fmt.Errorf("a payload of %d bytes, more than %d", len(payload), MaxPayload)
	}
	for {
		wait, err := c.send(payload)
		if wait == 0 || err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-c.moved:
		case <-c.done:
		}
	}
}

// send sends a payload, unless it has to wait.
func (c *Conn) send(payload []byte) (wait time.Duration, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	now := time.Now()
	c.resend(now)
	c.spare(now)
	// The receiver measures the way by each sixteenth packet and its successor, which go together (section 4.7).
	if pair := c.window.next&0xf == 1; !pair {
		if wait := c.pace.Ready(now); wait > 0 {
			return wait, nil
		}
	}
	if c.full(now) {
		return tick, nil
	}
	if len(c.window.packets) == 0 && !c.starved {
		c.progress = now
	}
	c.message = c.message%messageMask + 1
	wire := data(c.window.next, c.message, stamp(c.start, c.config.Start.Time), c.peer, c.keys.current, payload)
	if c.cipher != nil {
		if err := c.cipher.EncryptOrDecryptPayload(wire[headerSize:], c.keys.current, c.window.next); err != nil {
			return 0, err
		}
		c.renewKey()
	}
	c.window.push(wire, now)
	c.newest = now
	c.transmit(wire, now)
	c.stats.Sent += int64(len(payload))
	c.loss.sent(now)
	return 0, nil
}

// full says whether what is on its way is all that makes sense: older packets than these the receiver does not wait for.
func (c *Conn) full(now time.Time) bool {
	return len(c.window.packets) >= flowWindow || c.limit > 0 && c.window.onWay() >= c.limit || c.window.age(now) > c.latency+2*c.rtt+10*tick
}

// resend sends lost packets again, as far as the pace lets.
func (c *Conn) resend(now time.Time) {
	for c.window.lost > 0 && c.pace.Ready(now) == 0 {
		urgent, spares := c.urgent(now)
		c.transmit(c.window.takeLost(now, urgent, spares), now)
		c.stats.Resent++
	}
}

// urgent returns the time before which a packet was sent for the first time when there is no time to learn whether it
// arrives now: a report of it may be passed over, and the next one is late. It then goes so many times more, a little
// apart. On a way that loses very much, more of the same would not help.
func (c *Conn) urgent(now time.Time) (before time.Time, spares int) {
	before = now.Add(c.rtt + 3*reportEvery - c.latency)
	switch loss := c.loss.fraction(now); {
	case loss > hopeless:
		return time.Time{}, 0
	case loss > lossy:
		return before, 2
	}
	return before, 1
}

// hurry sees to it that what is about to be too late goes again now and with each tick: what the receiver has to say would
// come too late. By then nearly all has arrived, so that this is little.
func (c *Conn) hurry(now time.Time) {
	if c.loss.fraction(now) <= hopeless {
		c.window.hurry(now.Add(-c.latency), now.Add(lastCall-c.latency))
	}
}

// spare sends once more what is in need of it.
func (c *Conn) spare(now time.Time) {
	for c.pace.Ready(now) == 0 {
		wire := c.window.takeSpare(now.Add(-tick/2), now)
		if wire == nil {
			return
		}
		c.transmit(wire, now)
		c.stats.Resent++
	}
}

// transmit sends a data packet. What the system does not take is lost like others.
func (c *Conn) transmit(wire []byte, now time.Time) {
	_, _ = c.socket.Write(wire)
	c.pace.Take(len(wire))
	c.said = now
}

// tell sends a control packet.
func (c *Conn) tell(kind packet.CtrlType, info uint32, body []byte) {
	_, _ = c.socket.Write(control(kind, info, stamp(c.start, c.config.Start.Time), c.peer, body))
	c.said = time.Now()
}

// end notes why the connection is over.
func (c *Conn) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		close(c.done)
	}
}

// Wait returns when the connection is over, with the reason.
func (c *Conn) Wait() error {
	<-c.done
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Flush waits until the receiver has handed on all that was sent, for most at most: when told the end, it throws away what
// it still holds back. It returns at once when the connection is over, and soon when nothing is acknowledged any more.
func (c *Conn) Flush(most time.Duration) {
	late, look := time.NewTimer(most), time.NewTicker(tick)
	defer late.Stop()
	defer look.Stop()
	for now := time.Now(); !c.handedOn(now) && !c.silent(now); now = time.Now() {
		select {
		case <-look.C:
		case <-late.C:
			return
		case <-c.done:
			return
		}
	}
}

// handedOn says whether all has arrived and is due. The clock of the receiver is behind ours by the time that the last
// part of the handshake took to reach it.
func (c *Conn) handedOn(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.window.packets) == 0 && now.Sub(c.newest) > c.latency+c.behind+handOn
}

// silent says whether something waits and nothing is acknowledged, for longer than a busy computer may take.
func (c *Conn) silent(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.window.packets) > 0 && now.Sub(c.progress) > 4*c.rtt+handOn
}

// Close says goodbye and ends the connection. It may be called twice.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.err == nil {
		c.tell(packet.CTRLTYPE_SHUTDOWN, 0, nil)
	}
	c.mu.Unlock()
	c.end(ErrClosed)
	c.socket.Close()
	c.running.Wait()
	return nil
}
