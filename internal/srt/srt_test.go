package srt

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/datarhei/gosrt/packet"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A listener answers each packet as a test wants.
type listener struct {
	conn    net.PacketConn
	serving sync.WaitGroup
}

func listenWith(t *testing.T, answer func(packet []byte) [][]byte) *listener {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{conn: conn}
	l.serving.Go(func() {
		b := make([]byte, mss)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			for _, p := range answer(slices.Clone(b[:n])) {
				conn.WriteTo(p, from)
			}
		}
	})
	t.Cleanup(func() {
		conn.Close()
		l.serving.Wait()
	})
	return l
}

func (l *listener) address() string { return l.conn.LocalAddr().String() }

// reply returns a handshake to the sender of another, with these extensions.
func reply(request []byte, kind packet.HandshakeType, extensions []byte) []byte {
	b := append([]byte(nil), request[:headerSize+handshakeSize]...)
	body := b[headerSize:]
	binary.BigEndian.PutUint32(b[12:], binary.BigEndian.Uint32(body[24:])) // to the socket that asks
	binary.BigEndian.PutUint32(body[0:], handshakeVersion)
	binary.BigEndian.PutUint32(body[4:], magic)
	binary.BigEndian.PutUint32(body[20:], kind.Val())
	binary.BigEndian.PutUint32(body[24:], 77) // our socket
	return append(b, extensions...)
}

// agreeing is what a listener of 120 ms says of itself.
func agreeing() []byte {
	b := make([]byte, 16)
	binary.BigEndian.PutUint16(b, packet.EXTTYPE_HSRSP.Value())
	binary.BigEndian.PutUint16(b[2:], 3)
	binary.BigEndian.PutUint32(b[4:], version)
	binary.BigEndian.PutUint16(b[12:], 120)
	binary.BigEndian.PutUint16(b[14:], 120)
	return b
}

// polite answers the handshake, and the rest as told.
func polite(rest func([]byte) [][]byte) func([]byte) [][]byte {
	return func(p []byte) [][]byte {
		c, ok := parseControl(p)
		if !ok || c.kind != packet.CTRLTYPE_HANDSHAKE {
			return rest(p)
		}
		if binary.BigEndian.Uint32(c.body[20:]) == packet.HSTYPE_INDUCTION.Val() {
			return [][]byte{reply(p, packet.HSTYPE_INDUCTION, nil)}
		}
		return [][]byte{reply(p, packet.HSTYPE_CONCLUSION, agreeing())}
	}
}

func nothing([]byte) [][]byte { return nil }

func dialFor(t *testing.T, l *listener, limit time.Duration) (*Conn, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	c, err := Dial(ctx, l.address(), Config{Latency: DefaultLatency, Rate: 1_000_000})
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

// Listeners that do not do as they should.
func TestDialMeetsBadListeners(t *testing.T) {
	reject := func(p []byte) [][]byte {
		return [][]byte{reply(p, 1010, nil), reply(p, 1010, nil), reply(p, 1010, nil), reply(p, 1010, nil)}
	}
	conclude := func(extensions []byte) func([]byte) [][]byte {
		return func(p []byte) [][]byte {
			answers := polite(nothing)(p)
			for i, a := range answers {
				if len(a) > headerSize+handshakeSize {
					answers[i] = reply(p, packet.HSTYPE_CONCLUSION, extensions)
				}
			}
			return answers
		}
	}
	for _, c := range []struct {
		name   string
		answer func([]byte) [][]byte
		is     error
	}{
		{"says nothing", nothing, context.DeadlineExceeded},
		{"garbage", func([]byte) [][]byte {
			return [][]byte{nil, {0x80}, make([]byte, 1400), []byte("HTTP/1.1 400 Bad Request")}
		}, context.DeadlineExceeded},
		{"rejects, over and over", reject, rejectSecret},
		{"is too old", func(p []byte) [][]byte {
			a := reply(p, packet.HSTYPE_INDUCTION, nil)
			binary.BigEndian.PutUint32(a[headerSize:], 4)
			return [][]byte{a}
		}, ErrProtocol},
		{"says nothing of itself", conclude(nil), ErrProtocol},
		{"is cut after a byte", conclude([]byte{0}), ErrProtocol},
		{"is cut in an extension", conclude(agreeing()[:7]), context.DeadlineExceeded},
		{"is cut after an extension", conclude(append(agreeing(), 0, 1, 2)), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := dialFor(t, listenWith(t, c.answer), 700*time.Millisecond); !errors.Is(err, c.is) {
				t.Errorf("%v, want %v", err, c.is)
			}
		})
	}
}

// A question that is lost is asked again, and an answer that comes twice does no harm.
func TestHandshakeOverABadNetwork(t *testing.T) {
	n := 0
	l := listenWith(t, func(p []byte) [][]byte {
		if n++; n%2 == 1 {
			return nil
		}
		answers := polite(nothing)(p)
		return append(answers, answers...)
	})
	if _, err := dialFor(t, l, 5*time.Second); err != nil {
		t.Error(err)
	}
}

// What an enemy says neither hangs a connection nor makes it believe anything.
func TestHostileReports(t *testing.T) {
	c, err := dialFor(t, listenWith(t, polite(func([]byte) [][]byte {
		everything := []byte{0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff}
		return [][]byte{
			control(packet.CTRLTYPE_NAK, 0, 0, 0, slices.Repeat(everything, 150)),
			control(packet.CTRLTYPE_NAK, 0, 0, 0, []byte{0x80, 0, 0, 1}),
			control(packet.CTRLTYPE_ACK, 0, 0, 0, []byte{0x7f, 0xff, 0xff, 0xff}),
			control(packet.CTRLTYPE_ACK, 0, 0, 0, []byte{1}),
			control(packet.CTRLTYPE_USER, 0, 0, 0, make([]byte, 200)),
		}
	})), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		if err := c.Write(make([]byte, MaxPayload)); err != nil {
			t.Fatal(err)
		}
	}
	s := c.Stats()
	if s.Resent > 30*100 || s.Sent != 30*MaxPayload || s.Acked > s.Sent {
		t.Errorf("%+v", s)
	}
}

// A listener that takes the connection and then says nothing is dead within five seconds, and Write does not wait for
// it for ever.
func TestSilence(t *testing.T) {
	c, err := dialFor(t, listenWith(t, polite(nothing)), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for err == nil {
		err = c.Write(make([]byte, MaxPayload))
	}
	if took := time.Since(begin); !errors.Is(err, ErrSilent) || took > 7*time.Second {
		t.Errorf("%v after %v", err, took)
	}
	if got := c.Stats().Unacked; got > 10<<20 {
		t.Errorf("%d bytes are kept", got)
	}
	if !errors.Is(c.Wait(), ErrSilent) {
		t.Error(c.Wait())
	}
}

func TestCloseUnblocksWrite(t *testing.T) {
	c, err := dialFor(t, listenWith(t, polite(nothing)), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		var err error
		for err == nil {
			err = c.Write(make([]byte, MaxPayload))
		}
		ended <- err
	}()
	time.AfterFunc(100*time.Millisecond, func() { c.Close() })
	select {
	case err := <-ended:
		if !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	case <-time.After(3 * time.Second):
		t.Error("it waits for ever")
	}
	c.Close()
}

// What the way carries slows down a stream that would go faster.
func TestLimitPaces(t *testing.T) {
	c, err := dialFor(t, listenWith(t, polite(nothing)), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c.SetRate(100_000_000)
	c.SetLimit(0, 1_000_000/8)
	begin := time.Now()
	for range 25 { // 263 kbit
		if err := c.Write(make([]byte, MaxPayload)); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begin); took < 150*time.Millisecond {
		t.Errorf("263 kbit went in %v over a way of 1 Mbit/s", took)
	}
}

// Sequence numbers have 31 bits, and begin again.
func TestWindowWraps(t *testing.T) {
	w := window{next: sequenceMask - 1}
	now := time.Now()
	for range 4 {
		w.push(make([]byte, headerSize+100), now)
	}
	if w.next != 2 || w.bytes != 400 {
		t.Fatalf("next %d, %d bytes", w.next, w.bytes)
	}
	if n := w.nak(sequenceMask, 0, 0, now); n != 2 || w.lost != 2 {
		t.Errorf("%d lost", n)
	}
	if n := w.ack(3); n != 0 {
		t.Errorf("%d bytes acknowledged that were never sent", n)
	}
	if n := w.ack(sequenceMask - 1); n != 0 {
		t.Errorf("%d bytes acknowledged by an old report", n)
	}
	if n := w.ack(0); n != 200 || w.lost != 1 || len(w.packets) != 2 {
		t.Errorf("%d bytes acknowledged, %d lost, %d left", n, w.lost, len(w.packets))
	}
	if w.takeLost(now, time.Time{}, 1) == nil || w.lost != 0 || w.takeLost(now, time.Time{}, 1) != nil {
		t.Error("a lost packet goes once")
	}
	if n := w.expire(now.Add(time.Second)); n != 2 || w.bytes != 0 {
		t.Errorf("%d expired, %d bytes left", n, w.bytes)
	}
}

// FuzzObey hands a connection on which packets wait any packet: it counts right, whatever it is told.
func FuzzObey(f *testing.F) {
	f.Add(control(packet.CTRLTYPE_ACK, 1, 0, 5, make([]byte, 28)))
	f.Add(control(packet.CTRLTYPE_NAK, 0, 0, 5, []byte{0x80, 0, 0, 1, 0, 0, 0, 9}))
	f.Add(control(packet.CTRLTYPE_USER, 0, 0, 5, make([]byte, 8)))
	sink, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { sink.Close() })
	f.Fuzz(func(t *testing.T, b []byte) {
		h, stop, err := call(t.Context(), sink.LocalAddr().String(), Config{Rate: 1 << 30, Start: Start{Sequence: 1}})
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		c := open(h, agreement{latency: DefaultLatency})
		defer c.Close()
		for range 4 {
			if err := c.Write(make([]byte, 188)); err != nil {
				t.Fatal(err)
			}
		}
		p, ok := parseControl(b)
		if !ok {
			return
		}
		c.obey(p)
		c.mu.Lock()
		defer c.mu.Unlock()
		w := &c.window
		if n := int64(len(w.packets)); w.lost < 0 || int64(w.lost) > n || w.bytes != n*188 || c.stats.Acked+w.bytes != c.stats.Sent {
			t.Errorf("%d lost, %d bytes in %d packets, %+v", w.lost, w.bytes, n, c.stats)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	f.Add(control(packet.CTRLTYPE_HANDSHAKE, 0, 0, 5, make([]byte, handshakeSize+8)))
	f.Add(reply(control(packet.CTRLTYPE_HANDSHAKE, 0, 0, 5, make([]byte, handshakeSize)), packet.HSTYPE_CONCLUSION, agreeing()))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := parseAnswer(b, 5)
		if !ok && a != (answer{}) {
			t.Error("an answer that is none says something")
		}
	})
}
