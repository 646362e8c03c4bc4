package e2e

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts/codecs"
	srt "github.com/datarhei/gosrt"

	"golive/capture"
	"golive/internal/testrig/network"
	"golive/recording"
)

// srtCounts are those of all connections of a receiver, in packets.
type srtCounts struct {
	received    int64 // in time
	unrecovered int64 // that never came, or too late
}

// receiveSRT starts an SRT server at an address of a host. The publisher decides about the latency.
func receiveSRT(t *testing.T, host *network.Host, ip string) *receiver {
	t.Helper()
	r := newReceiver(t)
	c := srt.DefaultConfig()
	c.ReceiverLatency, c.PeerLatency = 20*time.Millisecond, 0
	var l srt.Listener
	err := host.Do(func() (err error) {
		l, err = srt.Listen("srt", ip+":0", c)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r.url = "srt://" + l.Addr().String()
	conns := &openConns{}
	r.stop = append(r.stop, l.Close, conns.close)
	r.work.Go(func() {
		for {
			req, err := l.Accept2()
			if err != nil {
				return
			}
			conn, err := req.Accept()
			if err != nil {
				continue
			}
			conns.add(conn)
			r.work.Go(func() {
				defer conn.Close()
				r.readSRT(conn)
			})
		}
	})
	return r
}

func (r *receiver) readSRT(conn srt.Conn) {
	in, err := r.connected()
	if err != nil {
		return
	}
	defer in.close()
	packets := &srtPackets{conn: conn, intake: in, pids: map[uint16]*srtPID{}}
	ts := &mpegts.Reader{R: packets}
	if ts.Initialize() != nil {
		return
	}
	for _, track := range ts.Tracks() {
		switch c := track.Codec.(type) {
		case *codecs.H264:
			ts.OnDataH264(track, func(_, dts int64, unit [][]byte) error {
				if of := packets.pids[track.PID]; of.cut {
					in.broken = true
				} else {
					in.picture(of.ended, ninetyKHz(dts), unit)
				}
				return nil
			})
		case *codecs.MPEG4Audio:
			ts.OnDataMPEG4Audio(track, func(pts int64, units [][]byte) error {
				at := ninetyKHz(pts)
				for n, unit := range units {
					in.sound(at+capture.Duration(int64(n*1024), capture.Rational{Num: c.SampleRate, Den: 1}), len(unit))
				}
				return nil
			})
		}
	}
	for ts.Read() == nil {
	}
}

func ninetyKHz(ticks int64) time.Duration { return time.Duration(ticks) * time.Second / 90_000 }

func (r *receiver) count(received, missing int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.srt.received += received
	r.srt.unrecovered += missing
}

// srtPackets reads from a connection and counts what is missing, by the sequence numbers.
type srtPackets struct {
	conn   srt.Conn
	intake *intake
	next   uint32
	begun  bool
	rest   []byte
	pids   map[uint16]*srtPID
}

// An srtPID is what is known of one of the streams of a transport stream. That a picture has ended shows only when the
// next one begins. A gap shows by the sequence numbers of SRT: a transport stream counts to 16 only.
type srtPID struct {
	came, ended time.Time // when something last came, and the end of the last picture
	gap, cut    bool      // something is missing of the picture that is coming, and of the last one
}

// Read implements io.Reader. It returns one packet of the transport stream, or a part of it, and never io.EOF: the library
// would take the picture that was coming for a whole one.
func (p *srtPackets) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		if err := p.receive(); err != nil {
			return 0, fmt.Errorf("the connection has ended: %v", err)
		}
	}
	left := len(p.rest) % recording.TransportPacket
	if left == 0 {
		left = recording.TransportPacket
		p.follow(p.rest[:left])
	}
	n := copy(b, p.rest[:left])
	p.rest = p.rest[n:]
	return n, nil
}

// receive waits for a packet of SRT.
func (p *srtPackets) receive() error {
	packet, err := p.conn.ReadPacket()
	if err != nil {
		return err
	}
	defer packet.Decommission()
	if len(packet.Data()) == 0 || len(packet.Data())%recording.TransportPacket != 0 {
		return fmt.Errorf("%d bytes in a packet are no transport stream", len(packet.Data()))
	}
	number := packet.Header().PacketSequenceNumber.Val()
	missing := int64((number - p.next) & 0x7fffffff)
	if !p.begun {
		missing = 0
	}
	p.intake.receiver.count(1, missing)
	if missing > 0 {
		p.intake.broken = true // the picture that was about to be complete, too
		for _, of := range p.pids {
			of.gap = true
		}
	}
	p.begun, p.next = true, (number+1)&0x7fffffff
	p.rest = append([]byte(nil), packet.Data()...)
	return nil
}

// follow notes when a packet of the transport stream came, unless it holds nothing but a clock.
func (p *srtPackets) follow(packet []byte) {
	if packet[3]&0x10 == 0 {
		return
	}
	pid := binary.BigEndian.Uint16(packet[1:]) & 0x1fff
	of := p.pids[pid]
	if of == nil {
		of = &srtPID{}
		p.pids[pid] = of
	}
	if begins := packet[1]&0x40 != 0; begins {
		of.ended = of.came
		of.cut, of.gap = of.gap, false
	}
	of.came = time.Now()
}
