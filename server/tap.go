package server

import (
	"crypto/rand"
	"io"
	"net"
	"sync"
	"time"

	"golive/encoder"
	"golive/internal/fanout"
)

// tapQueue is what a viewer may be behind, in bytes.
const tapQueue = 2 * fanout.MaxGOP

// A tap is one viewer over a protocol that carries packets whole, with pictures and AAC.
type tap struct {
	id       string
	protocol string   // "" when the server itself takes the stream
	from     net.Addr // nil then
	since    time.Time

	pub   *Publication
	sound *encoder.Stream // nil when there is none
	queue *fanout.Queue
}

// tap begins to give somebody the stream: from its group of pictures on, or from the next key frame, which is asked
// for. It must be closed.
func (p *Publication) tap(protocol string, from net.Addr) (*tap, error) {
	t := &tap{
		id: rand.Text(), protocol: protocol, from: from, since: time.Now(), pub: p, queue: fanout.NewQueue(tapQueue),
	}
	if !t.own() {
		if err := p.server.reserve(from); err != nil {
			return nil, err
		}
	}
	t.sound = p.need(encoder.AAC)
	p.mu.Lock()
	closed := p.closed
	t.queue.Begin(p.gop.Units)
	p.taps[t] = struct{}{}
	p.mu.Unlock()
	if closed {
		t.close()
		return nil, errEnded
	}
	p.requestKeyframe()
	return t, nil
}

// own says whether it is the server's own, for files say: no viewer.
func (t *tap) own() bool { return t.protocol == "" }

// streams returns what the viewer gets: pictures like those of video, and sound.
func (t *tap) streams(video *encoder.Stream) []*encoder.Stream {
	if t.sound == nil {
		return []*encoder.Stream{video}
	}
	return []*encoder.Stream{video, t.sound}
}

// announced returns pkt as one of the streams that streams told of: who goes on with a stream has others.
func (t *tap) announced(pkt *encoder.Packet) *encoder.Packet {
	if pkt.Stream.Codec.Video() || pkt.Stream == t.sound {
		return pkt
	}
	same := *pkt
	same.Stream = t.sound
	return &same
}

// push queues a packet, if it is for the viewer; it says whether a key frame is needed. Who takes nothing is cut.
func (t *tap) push(pkt *encoder.Packet) (needKeyframe bool) {
	if !pkt.Stream.Codec.Video() && (t.sound == nil || pkt.Stream.Codec != t.sound.Codec) {
		return false
	}
	needKeyframe = t.queue.Push(&fanout.Unit{Packet: pkt})
	if needKeyframe && t.queue.Lost() {
		t.queue.Close()
	}
	return needKeyframe
}

// serve writes the stream for a client, until it ends or the client is gone, and ends both. What the client says is not
// read: only that it goes is of interest.
func (t *tap) serve(client io.ReadCloser, write func(*encoder.Packet) error) (err error) {
	var reading sync.WaitGroup
	reading.Go(func() {
		defer t.queue.Close()
		_, _ = io.Copy(io.Discard, client)
	})
	for err == nil {
		if u, ok := t.queue.Pop(); ok {
			err = write(u.Packet)
		} else {
			err = errEnded
		}
	}
	t.close()
	_ = client.Close()
	reading.Wait()
	return err
}

// close ends it. It may be called twice.
func (t *tap) close() {
	t.queue.Close()
	t.pub.mu.Lock()
	_, open := t.pub.taps[t]
	delete(t.pub.taps, t)
	t.pub.mu.Unlock()
	if !open {
		return
	}
	if !t.own() {
		t.pub.server.seats.free(t.from)
		t.pub.server.traffic.count(t.protocol, t.queue)
	}
	if t.sound != nil {
		t.pub.release(encoder.AAC)
	}
}
