package publish

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/bluenviron/gortmplib"

	"golive/encoder"
)

// errHangUp marks a connection that the server closed without a word. From a server that was asked to take a stream,
// that can be a refusal.
var errHangUp = errors.New("connection closed")

// rtmpOutput is a connection to an RTMP server, live when Dial has returned it.
type rtmpOutput struct {
	dest     *rtmp
	streams  []*encoder.Stream
	tracks   rtmpTracks
	feedback Feedback

	wire    *wire    // TCP
	conn    net.Conn // TCP or TLS
	session *session
	writer  *gortmplib.Writer
	sound   encoder.Codec // of all it was given, what is sent; "" for none

	mu     sync.Mutex
	order  interleaver
	failed bool // a write did not go through: there is no place for a farewell

	closing sync.Once
	reading sync.WaitGroup
}

// connect makes the connection and has the server take the stream, until ctx ends. A server that wants a user and a
// password says so and hangs up: each of its questions is answered on a new connection.
func (o *rtmpOutput) connect(ctx context.Context) error {
	request := request{app: o.dest.place(), stream: o.dest.stream.Reveal(), offer: offer(o.streams)}
	for range maxQuestions {
		err := o.ask(ctx, request)
		if err == nil {
			return o.begin()
		}
		if request.auth, err = o.dest.identify(err); err != nil {
			return err
		}
		o.wire.Close()
	}
	return refusal{"it asks for the password over and over"}
}

// ask makes a connection and has the server take the stream.
func (o *rtmpOutput) ask(ctx context.Context, r request) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.app.Host)
	if err != nil {
		return err
	}
	o.wire = newWire(c.(*net.TCPConn))
	o.conn = o.wire
	defer context.AfterFunc(ctx, func() { o.wire.Close() })()
	if r.app.Scheme == "rtmps" {
		c := tls.Client(o.wire, &tls.Config{ServerName: r.app.Hostname(), RootCAs: o.dest.roots, MinVersion: tls.VersionTLS12})
		if err := c.HandshakeContext(ctx); err != nil {
			return err
		}
		o.conn = c
	}
	if o.session, err = newSession(o.conn); err != nil {
		return err
	}
	return o.session.publish(r)
}

// begin sends what comes before media and starts to listen.
func (o *rtmpOutput) begin() error {
	if err := o.choose(); err != nil {
		return err
	}
	o.writer = &gortmplib.Writer{Conn: o.session}
	for _, s := range o.streams {
		if s.Codec != encoder.AV1 { // for which gortmplib would describe another stream
			o.writer.Tracks = append(o.writer.Tracks, o.tracks[s.Codec])
		}
	}
	if err := o.writer.Initialize(); err != nil {
		return err
	}
	if err := o.session.Write(rtmpMetadata(o.streams, o.tracks)); err != nil {
		return err
	}
	if err := o.describeAV1(); err != nil {
		return err
	}
	o.order.tracks = len(o.streams)
	o.reading.Go(o.listen)
	return nil
}

// listen reads until the connection ends. It must: acknowledgements and pings are answered there.
func (o *rtmpOutput) listen() {
	for {
		m, err := o.session.Read()
		if err != nil {
			o.feedback.Lost(o.dest.lost(err))
			return
		}
		if why := endOf(m); why != nil {
			o.feedback.Lost(o.dest.ended(why))
			return
		}
	}
}

// WritePacket implements Output. Packets leave in the order of their DTS, across streams. RTMP has no time before zero;
// what belongs there is left out, and so is sound in a codec that is not sent.
func (o *rtmpOutput) WritePacket(p *encoder.Packet) error {
	if p.DTS < 0 || o.leaves(p.Stream.Codec) {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, next := range o.order.push(p) {
		if err := o.write(next); err != nil {
			o.failed = true
			return o.dest.lost(err)
		}
	}
	return nil
}

// pass implements ordered.
func (o *rtmpOutput) pass(dts time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.order.pass(dts)
}

// write sends a packet; RTMP counts time in milliseconds, and gortmplib cuts off what is smaller.
func (o *rtmpOutput) write(p *encoder.Packet) error {
	track := o.tracks[p.Stream.Codec]
	pts, dts := p.PTS.Round(time.Millisecond), p.DTS.Round(time.Millisecond)
	switch {
	case track == nil:
		return errors.New("a packet of an unknown stream")
	case p.Stream.Codec.Video():
		if err := o.announce(p.Stream, dts); err != nil {
			return err
		}
		return o.writePicture(track, p, pts, dts)
	}
	return o.writeSound(track, p, pts)
}

func (o *rtmpOutput) writeSound(track *gortmplib.Track, p *encoder.Packet, pts time.Duration) error {
	write := o.writer.WriteMPEG4Audio
	if p.Stream.Codec == encoder.Opus {
		write = o.writer.WriteOpus
	}
	for _, frame := range p.Data {
		if err := write(track, pts, frame); err != nil {
			return err
		}
	}
	return nil
}

func (o *rtmpOutput) writePicture(track *gortmplib.Track, p *encoder.Packet, pts, dts time.Duration) error {
	switch p.Stream.Codec {
	case encoder.HEVC:
		return o.writer.WriteH265(track, pts, dts, p.Data)
	case encoder.AV1:
		return o.writer.WriteAV1(track, pts, p.Data)
	}
	return o.writer.WriteH264(track, pts, dts, p.Data)
}

// describeAV1 sends the sequence header of AV1.
func (o *rtmpOutput) describeAV1() error {
	for _, s := range o.streams {
		if s.Codec == encoder.AV1 {
			header, err := av1Header(s)
			if err != nil {
				return err
			}
			return o.session.Write(header)
		}
	}
	return nil
}

// announce tells the server how to decode what comes, if that is not what it was told before. In HEVC and AV1 the key
// frames tell it themselves.
func (o *rtmpOutput) announce(s *encoder.Stream, dts time.Duration) error {
	if slices.Contains(o.streams, s) || s.Codec != encoder.H264 {
		return nil
	}
	header, err := rtmpHeader(s, dts)
	if err != nil {
		return err
	}
	o.streams = slices.Clone(o.streams)
	for i, old := range o.streams {
		if old.Codec == s.Codec {
			o.streams[i] = s
		}
	}
	return o.session.Write(header)
}

// Link implements Output.
func (o *rtmpOutput) Link() Link {
	l := o.wire.link()
	l.SentBytes = int64(o.session.BytesSent())
	return l
}

// remote implements distant.
func (o *rtmpOutput) remote() net.Addr { return o.wire.RemoteAddr() }

// bound implements bounded.
func (o *rtmpOutput) bound(bytes, perSecond int) { o.wire.bound(bytes, perSecond) }

// Close implements Output: it says goodbye, lets the server read to the end, and closes the connection.
func (o *rtmpOutput) Close() error {
	o.closing.Do(func() {
		o.wire.expire()
		o.sayGoodbye()
		if c, ok := o.conn.(*tls.Conn); ok {
			c.CloseWrite()
		}
		o.wire.CloseWrite()
		o.wire.SetReadDeadline(time.Now().Add(farewell))
		o.reading.Wait() // until the server closes too, or the deadline
		o.wire.Close()
	})
	return nil
}

func (o *rtmpOutput) sayGoodbye() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failed {
		return
	}
	o.failed = true
	for _, p := range o.order.rest() {
		if o.write(p) != nil {
			return
		}
	}
	o.session.unpublish(o.dest.stream.Reveal())
}
