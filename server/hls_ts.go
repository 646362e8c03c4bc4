package server

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/capture"
	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/refusal"
)

// tsIdle is for how long HLS with MPEG-TS is made after somebody asked for it last.
const tsIdle = 30 * time.Second

var errOldPlayers = refusal.New(http.StatusNotAcceptable, "old players have H.264 only: watch this stream over HLS or DASH")

// A tsFeed makes HLS with MPEG-TS of a stream, for players that know no fragmented MP4. There is one only while somebody
// asks for it.
type tsFeed struct {
	muxer *gohlslib.Muxer
	tap   *tap
	video *gohlslib.Track
	audio *gohlslib.Track // nil when there is no sound
	asked atomic.Int64    // when for a file, in Unix ns
	run   sync.WaitGroup
}

// oldHLS returns the feed of a stream, which begins when it has none.
func (p *Publication) oldHLS() (*tsFeed, error) {
	p.tsMu.Lock()
	defer p.tsMu.Unlock()
	if p.ts == nil {
		f, err := p.newTSFeed()
		if err != nil {
			return nil, err
		}
		p.ts = f
		f.run.Go(func() { p.feedTS(f) })
	}
	p.ts.asked.Store(time.Now().UnixNano())
	return p.ts, nil
}

func (p *Publication) newTSFeed() (*tsFeed, error) {
	pictures := p.picture()
	if pictures.Codec != encoder.H264 {
		return nil, errOldPlayers
	}
	t, err := p.tap("", nil)
	if err != nil {
		return nil, err
	}
	f := &tsFeed{tap: t}
	sps, pps := pictures.H264()
	f.video = &gohlslib.Track{Codec: &codecs.H264{SPS: sps, PPS: pps}, ClockRate: fanout.VideoClock.Num}
	f.muxer = &gohlslib.Muxer{
		Variant: gohlslib.MuxerVariantMPEGTS, Tracks: []*gohlslib.Track{f.video},
		SegmentMinDuration: hlsSegment, SegmentCount: muxerSegments,
		OnEncodeError: func(err error) { p.server.log.Debug("hls with mpeg-ts", "error", err) },
	}
	if t.sound != nil {
		var config mpeg4audio.AudioSpecificConfig
		err = config.Unmarshal(t.sound.Extradata)
		f.audio = &gohlslib.Track{Codec: &codecs.MPEG4Audio{Config: config}, ClockRate: config.SampleRate}
		f.muxer.Tracks = append(f.muxer.Tracks, f.audio)
	}
	if err == nil {
		err = f.muxer.Start()
	}
	if err != nil {
		t.close()
		return nil, fmt.Errorf("hls with mpeg-ts: %w", err)
	}
	return f, nil
}

// feedTS writes what comes, until the stream ends or nobody asks any more.
func (p *Publication) feedTS(f *tsFeed) {
	for {
		u, ok := f.tap.queue.Pop()
		if !ok || p.endIdle(f) {
			break
		}
		if err := f.write(u.Packet); err != nil {
			p.server.log.Debug("hls with mpeg-ts", "stream", p.name, "error", err)
		}
	}
	p.tsMu.Lock()
	if p.ts == f {
		p.ts = nil
	}
	p.tsMu.Unlock()
	f.muxer.Close()
	f.tap.close()
}

// closeTS ends the feed, if there is one, and waits.
func (p *Publication) closeTS() {
	p.tsMu.Lock()
	f := p.ts
	p.tsMu.Unlock()
	if f != nil {
		f.tap.queue.Close()
		f.run.Wait()
	}
}

// endIdle lets go of a feed that nobody asks for.
func (p *Publication) endIdle(f *tsFeed) bool {
	p.tsMu.Lock()
	defer p.tsMu.Unlock()
	if time.Since(time.Unix(0, f.asked.Load())) < tsIdle {
		return false
	}
	p.ts = nil
	return true
}

func (f *tsFeed) write(pkt *encoder.Packet) error {
	now := time.Now()
	if pkt.Stream.Codec.Video() {
		return f.muxer.WriteH264(f.video, now, capture.Ticks(pkt.PTS, fanout.VideoClock), pkt.Data)
	}
	rate := capture.Rational{Num: f.audio.ClockRate, Den: 1}
	return f.muxer.WriteMPEG4Audio(f.audio, now, capture.Ticks(pkt.PTS, rate), pkt.Data)
}

// getOldHLS serves HLS with MPEG-TS.
func (s *Server) getOldHLS(w http.ResponseWriter, r *http.Request) {
	p := s.streamOf(w, r)
	if p == nil || !p.hls.audience.admit(w, r, "hls") {
		return
	}
	f, err := p.oldHLS()
	switch {
	case errors.Is(err, errEnded):
		refusal.Answer(w, s.absent(p.name))
	case err != nil:
		refusal.Answer(w, err)
	default:
		serveFiles(f.muxer.Handle, w, r)
	}
}
