package publish

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/message"

	"golive/encoder"
	"golive/secret"
)

// A peer is an RTMP server in this process that notes what it is sent, or misbehaves.
type peer struct {
	URL string

	behave func(*peer, net.Conn)
	listen net.Listener
	work   sync.WaitGroup

	mu     sync.Mutex
	conns  []net.Conn
	dials  int
	path   string // of the last publisher, with its stream name
	keys   []bool // key frame or not, of each picture
	sounds int
	dts    []time.Duration // of everything, in the order it came
	ended  int             // publishers that went away
}

// startPeer listens; behave nil takes streams as it should.
func startPeer(t *testing.T, behave func(*peer, net.Conn)) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{URL: "rtmp://" + l.Addr().String() + "/live", behave: behave, listen: l}
	if behave == nil {
		p.behave = (*peer).record
	}
	p.work.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *peer) accept() {
	for {
		c, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns = append(p.conns, c)
		p.dials++
		p.mu.Unlock()
		p.work.Go(func() {
			defer c.Close()
			p.behave(p, c)
		})
	}
}

// hangUp closes all connections.
func (p *peer) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// pictures returns how many have come.
func (p *peer) pictures() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.keys)
}

// accepted returns how many connections have come.
func (p *peer) accepted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dials
}

func (p *peer) close() {
	p.listen.Close()
	p.hangUp()
	p.work.Wait()
}

// meet answers until the client wants to publish.
func (p *peer) meet(c net.Conn) (*gortmplib.ServerConn, error) {
	sc := &gortmplib.ServerConn{RW: c}
	if err := sc.Initialize(); err != nil {
		return nil, err
	}
	if err := sc.AcceptConn(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.path = sc.URL.RequestURI()
	return sc, nil
}

// record takes a stream and notes what comes.
func (p *peer) record(c net.Conn) {
	sc, err := p.meet(c)
	if err != nil {
		return
	}
	if err := sc.AcceptAction(); err != nil {
		return
	}
	for {
		m, err := sc.Read()
		p.mu.Lock()
		switch m := m.(type) {
		case *message.Video:
			if m.Type == message.VideoTypeAU {
				p.keys, p.dts = append(p.keys, m.IsKeyFrame), append(p.dts, m.DTS)
			}
		case *message.Audio:
			if m.AACType == message.AudioAACTypeAU {
				p.sounds++
				p.dts = append(p.dts, m.DTS)
			}
		}
		if err != nil {
			p.ended++
		}
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// silentPeer reads and says nothing.
func silentPeer(_ *peer, c net.Conn) { io.Copy(io.Discard, c) }

// closingPeer hangs up when asked to take a stream.
func closingPeer(p *peer, c net.Conn) { p.meet(c) }

// refusingPeer says no in so many words.
func refusingPeer(p *peer, c net.Conn) {
	if sc, err := p.meet(c); err == nil {
		sc.Write(&message.CommandAMF0{
			ChunkStreamID: 5, MessageStreamID: mediaStream, Name: "onStatus", CommandID: 5,
			Arguments: amf0.Data{nil, amf0.Object{
				{Key: "level", Value: "error"},
				{Key: "code", Value: "NetStream.Publish.BadName"},
				{Key: "description", Value: "key " + p.path + " is not known here\x1b[2J"},
			}},
		})
		io.Copy(io.Discard, c)
	}
}

// stuckPeer takes a stream and then reads nothing.
func stuckPeer(p *peer, c net.Conn) {
	sc, err := p.meet(c)
	if err != nil || sc.AcceptAction() != nil {
		return
	}
	for p.held(c) {
		time.Sleep(10 * time.Millisecond)
	}
}

// held says whether the peer still holds a connection.
func (p *peer) held(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, other := range p.conns {
		if other == c {
			return true
		}
	}
	return false
}

// chattyPeer talks more than a publisher has to hear.
func chattyPeer(p *peer, c net.Conn) {
	sc, err := p.meet(c)
	if err != nil || sc.AcceptAction() != nil {
		return
	}
	p.work.Go(func() { io.Copy(io.Discard, c) })
	// A user control message of an unknown type, on a chunk stream of its own, over and over.
	for err == nil {
		_, err = c.Write([]byte{0x02, 0, 0, 0, 0, 0, 6, 0x04, 0, 0, 0, 0, 0, 99, 0, 0, 0, 0})
	}
}

func destination(t *testing.T, url, key string) Destination {
	t.Helper()
	d, err := ParseDestination(url, secret.New(key), secret.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// eventually waits until done.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(deadline) {
			t.Fatal("never came: ", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// of returns the packets of the streams.
func of(packets []*encoder.Packet, streams ...*encoder.Stream) []*encoder.Packet {
	var got []*encoder.Packet
	for _, p := range packets {
		for _, s := range streams {
			if p.Stream == s {
				got = append(got, p)
			}
		}
	}
	return got
}
