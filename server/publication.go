package server

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/hls"
	"golive/internal/intake"
	"golive/internal/timeline"
)

// keyframePause is the least time between two requests for a key frame.
const keyframePause = 500 * time.Millisecond

var (
	errEnded = errors.New("stream has ended")
	errEmpty = errors.New("packet is empty")

	errDismissed = errors.New("it was ended by who looks after the server")
)

// A Publication is one running stream, from when somebody begins to publish it until nobody does any more. Its methods
// may be called from any goroutine.
type Publication struct {
	server *Server
	name   string
	since  time.Time
	opus   *encoder.Stream // nil when there is none
	hls    *hls.Feed
	crowd  audience // over HLS and DASH

	thumbnail thumbnail

	tsMu sync.Mutex
	ts   *tsFeed // nil while nobody asks for it

	mu        sync.Mutex
	streams   []*encoder.Stream
	video     *encoder.Stream
	writer    *Publisher // who publishes; nil while away
	keyframe  func()     // nil when the publisher cannot be asked
	timeline  timeline.Timeline
	absence   absence
	clock     timeline.Clock
	believed  bool // the publisher's clock is ours, or goes with it
	rtp       *fanout.Packetizer
	viewers   map[*session]struct{}
	taps      map[*tap]struct{}
	coders    map[encoder.Codec]*coder // of sound in codecs that nobody publishes
	gop       fanout.GOP               // kept only when keyframe is nil
	key       *encoder.Packet          // the newest key frame; nil before there is one
	keyAt     time.Time                // when it came
	newest    time.Duration
	reordered bool      // has B-frames
	wanted    bool      // a viewer waits for a key frame
	asked     time.Time // when the publisher was asked last
	closed    bool
}

func newPublication(s *Server, name string, streams []*encoder.Stream, keyframe func()) (*Publication, error) {
	p := &Publication{
		server: s, name: name, since: time.Now(), streams: slices.Clone(streams), keyframe: keyframe,
		timeline: timeline.New(), believed: true, crowd: newAudience(), viewers: map[*session]struct{}{},
		taps: map[*tap]struct{}{}, coders: map[encoder.Codec]*coder{},
		rtp: fanout.NewPacketizer(),
	}
	for _, st := range streams {
		switch st.Codec {
		case encoder.H264, encoder.HEVC, encoder.AV1:
			p.video = cmp.Or(p.video, st)
			p.reordered = st.Codec == encoder.H264 && reorders(st)
		case encoder.Opus:
			p.opus = cmp.Or(p.opus, st)
		case encoder.AAC:
		default:
			return nil, fmt.Errorf("codec %s is not carried: use h264, hevc or av1 with aac or opus", st.Codec)
		}
	}
	if p.video == nil {
		return nil, intake.ErrNoPicture
	}
	var err error
	p.hls, err = hls.New(streams, s.log.With("stream", name))
	return p, err
}

// reorders says whether the stream announces pictures that are shown in another order than they are sent in (ITU-T
// H.264 section E.2.1, max_num_reorder_frames).
func reorders(st *encoder.Stream) bool {
	nal, _ := st.H264()
	var sps h264.SPS
	if sps.Unmarshal(nal) != nil || sps.VUI == nil {
		return false
	}
	r := sps.VUI.BitstreamRestriction
	return r != nil && r.MaxNumReorderFrames > 0
}

// write hands a packet of w to all viewers. It never blocks on one.
func (p *Publication) write(w *Publisher, pkt *encoder.Packet) error {
	if err := check(pkt); err != nil {
		return err
	}
	now := time.Now()
	p.mu.Lock()
	if err := p.mayWrite(w); err != nil {
		p.mu.Unlock()
		return err
	}
	pkt = p.timeline.Place(pkt, now, p.clock.PTS)
	p.clock.Observe(pkt, takenAt(pkt), p.believed, now)
	wall, cut := p.clock.Wall(pkt.PTS), p.timeline.Absent
	if pkt.Stream.Codec.Video() {
		p.learn(pkt)
	} else {
		p.transcode(pkt)
	}
	p.fanOut(pkt)
	ask := p.takeRequest(pkt)
	p.mu.Unlock()
	p.server.traffic.received.Add(int64(pkt.Size()))
	p.hls.Push(pkt, cut, wall)
	ask()
	return nil
}

// takenAt returns when a picture was taken, the zero time where nobody says. Who marks pictures marks key frames.
func takenAt(pkt *encoder.Packet) time.Time {
	if !pkt.Captured.IsZero() || !pkt.Keyframe || !pkt.Stream.Codec.Video() {
		return pkt.Captured
	}
	at, _ := encoder.CapturedTime(pkt)
	return at
}

// from notes that what is written comes from peer, over a network. It is believed when it says when pictures were taken
// if that is by our own clock, or if clocks are known to go together.
func (p *Publication) from(peer net.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.believed = p.server.clocksAgree || timeline.Near(peer)
}

func check(pkt *encoder.Packet) error {
	if len(pkt.Data) == 0 {
		return errEmpty
	}
	for _, d := range pkt.Data {
		if len(d) == 0 {
			return errEmpty
		}
	}
	return nil
}

// learn takes note of a picture. p.mu is held.
func (p *Publication) learn(pkt *encoder.Packet) {
	if pkt.Stream != p.video {
		p.streams[slices.Index(p.streams, p.video)] = pkt.Stream
		p.video = pkt.Stream
	}
	if pkt.PTS < p.newest && !pkt.Keyframe && p.newest-pkt.PTS < time.Second && !p.reordered {
		p.reordered = true
		for v := range p.viewers {
			v.close() // WebRTC has no B-frames; the page goes on over HLS
		}
	}
	p.newest = pkt.PTS
	if pkt.Keyframe {
		p.key, p.keyAt = pkt, time.Now()
	}
}

// picture returns the track of pictures as it is now.
func (p *Publication) picture() *encoder.Stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.video
}

// fanOut queues a packet for every viewer but those of HLS. p.mu is held.
func (p *Publication) fanOut(pkt *encoder.Packet) {
	for t := range p.taps {
		if t.push(pkt) {
			p.wanted = true
		}
	}
	if pkt.Stream.Codec != encoder.H264 && pkt.Stream.Codec != encoder.Opus || len(p.viewers) == 0 && p.keyframe != nil {
		return // nothing that WebRTC carries, or nobody it is for
	}
	u := p.rtp.Unit(pkt)
	if p.keyframe == nil && u.Video() {
		p.gop.Add(u)
	}
	for v := range p.viewers {
		if v.push(u) {
			p.wanted = true
		}
	}
}

// takeRequest returns what asks the publisher for a key frame, if that is to be done now. p.mu is held, but must not be
// when it is called.
func (p *Publication) takeRequest(pkt *encoder.Packet) func() {
	if pkt != nil && pkt.Keyframe && pkt.Stream.Codec.Video() {
		p.wanted = false
	}
	if !p.wanted || p.keyframe == nil || time.Since(p.asked) < keyframePause {
		return func() {}
	}
	p.wanted, p.asked = false, time.Now()
	return p.keyframe
}

// requestKeyframe asks the publisher, at once or as soon as it may be asked again.
func (p *Publication) requestKeyframe() {
	p.mu.Lock()
	p.wanted = true
	ask := p.takeRequest(nil)
	p.mu.Unlock()
	ask()
}

// attach lets v have what is written from now on, and what it needs to begin with.
func (p *Publication) attach(v *session) error {
	p.mu.Lock()
	if p.closed || p.reordered {
		p.mu.Unlock()
		return errEnded
	}
	v.queue.Begin(p.rtp.Replay(p.gop.Units))
	p.viewers[v] = struct{}{}
	p.mu.Unlock()
	p.requestKeyframe()
	return nil
}

func (p *Publication) detach(v *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.viewers, v)
}

// timing is how the RTP timestamps of a stream relate to the time of day.
type timing struct {
	pts      time.Duration // of now
	wall     time.Time
	video    uint32 // RTP timestamp of now
	audio    uint32
	captured bool          // wall is when the picture was taken, not when it arrived here
	doubt    string        // why no latency can be told by it
	absent   time.Duration // for how long there was no publisher, so far
}

// timing returns the relation at now.
func (p *Publication) timing(now time.Time) timing {
	p.mu.Lock()
	defer p.mu.Unlock()
	pts := p.clock.PTS(now)
	video, audio := p.rtp.Timestamps(pts)
	return timing{
		pts: pts, wall: now, captured: p.clock.Captured > 0, doubt: p.clock.Doubt, absent: p.timeline.Absent,
		video: video, audio: audio,
	}
}

// Viewers returns how many are watching now.
func (p *Publication) Viewers() int {
	p.mu.Lock()
	n := len(p.viewers)
	for t := range p.taps {
		if !t.own() {
			n++
		}
	}
	p.mu.Unlock()
	return n + p.crowd.count()
}

// end ends the stream, for a reason that may be nil.
func (p *Publication) end(why error) {
	p.mu.Lock()
	first := !p.closed
	p.closed, p.writer = true, nil
	p.absence.over()
	for v := range p.viewers {
		v.close()
	}
	for t := range p.taps {
		t.queue.Close()
	}
	coders := p.coders
	p.coders = map[encoder.Codec]*coder{}
	p.mu.Unlock()
	p.server.remove(p)
	p.hls.Close()
	p.closeTS()
	for _, t := range coders {
		t.Close()
	}
	if first {
		p.server.log.Info("stream ended", "stream", p.name)
		p.server.ended(p.name, why)
	}
}
