package server

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/capture"
	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/intake"
	"golive/internal/refusal"
)

const (
	hlsSegment = time.Second
	hlsPart    = 200 * time.Millisecond
	hlsQueue   = 16 << 20 // bytes
)

// An hlsFeed makes LL-HLS of a stream, in a goroutine of its own: the muxer shares a lock with its readers.
type hlsFeed struct {
	muxer    *gohlslib.Muxer
	queue    *fanout.Queue
	video    *gohlslib.Track
	audio    *gohlslib.Track // nil when there is no sound
	sound    *encoder.Stream // what audio carries
	audience audience
	dash     dashFeed
	past     *past
	log      *slog.Logger

	run       sync.WaitGroup // loop
	remembers sync.WaitGroup
	once      sync.Once
}

func newHLSFeed(streams []*encoder.Stream, log *slog.Logger) (*hlsFeed, error) {
	f := &hlsFeed{queue: fanout.NewQueue(hlsQueue), audience: audience{seen: map[string]*listener{}}, log: log}
	var err error
	if f.video, err = hlsVideo(streams); err != nil {
		return nil, err
	}
	tracks := []*gohlslib.Track{f.video}
	if f.audio, f.sound, err = hlsAudio(streams); err != nil {
		return nil, err
	} else if f.audio != nil {
		tracks = append(tracks, f.audio)
	}
	f.muxer = &gohlslib.Muxer{
		Variant: gohlslib.MuxerVariantLowLatency, Tracks: tracks,
		SegmentMinDuration: hlsSegment, PartMinDuration: hlsPart, SegmentCount: muxerSegments,
		OnEncodeError: func(err error) { log.Debug("hls", "error", err) },
	}
	if err := f.muxer.Start(); err != nil {
		return nil, fmt.Errorf("hls: %w", err)
	}
	f.dash.hls = f
	f.past = newPast(f.audio != nil)
	f.run.Go(f.loop)
	for name := range f.past.tracks {
		f.remembers.Go(func() { f.remember(name) })
	}
	return f, nil
}

// hlsVideo describes the pictures.
func hlsVideo(streams []*encoder.Stream) (*gohlslib.Track, error) {
	track := &gohlslib.Track{ClockRate: fanout.VideoClock.Num}
	for _, st := range streams {
		switch st.Codec {
		case encoder.H264:
			sps, pps := st.H264()
			track.Codec = &codecs.H264{SPS: sps, PPS: pps}
		case encoder.HEVC:
			vps, sps, pps := st.H265()
			track.Codec = &codecs.H265{VPS: vps, SPS: sps, PPS: pps}
		case encoder.AV1:
			track.Codec = &codecs.AV1{SequenceHeader: st.Extradata}
		}
	}
	if track.Codec == nil {
		return nil, intake.ErrNoPicture
	}
	return track, nil
}

// hlsAudio picks the sound that HLS carries: AAC, which every player has, else Opus.
func hlsAudio(streams []*encoder.Stream) (*gohlslib.Track, *encoder.Stream, error) {
	var aac, opus *encoder.Stream
	for _, st := range streams {
		switch st.Codec {
		case encoder.AAC:
			aac = cmp.Or(aac, st)
		case encoder.Opus:
			opus = cmp.Or(opus, st)
		}
	}
	switch {
	case aac != nil:
		codec := &codecs.MPEG4Audio{}
		var config mpeg4audio.AudioSpecificConfig
		if err := config.Unmarshal(aac.Extradata); err != nil {
			return nil, nil, fmt.Errorf("aac: %w", err)
		}
		codec.Config = config
		return &gohlslib.Track{Codec: codec, ClockRate: config.SampleRate}, aac, nil
	case opus != nil:
		codec := &codecs.Opus{ChannelCount: cmp.Or(opus.Channels, 2)}
		return &gohlslib.Track{Codec: codec, ClockRate: fanout.AudioClock.Num}, opus, nil
	}
	return nil, nil, nil
}

// push queues a packet whose presentation time is wall, and never blocks. absent is for how long, so far, there was no
// publisher: HLS goes on as if that time had not been, programme dates too, since players place segments by those.
func (f *hlsFeed) push(pkt *encoder.Packet, absent time.Duration, wall time.Time) {
	if !pkt.Stream.Codec.Video() && (f.sound == nil || pkt.Stream.Codec != f.sound.Codec) {
		return
	}
	f.queue.Push(&fanout.Unit{Packet: pkt, PTS: pkt.PTS - absent, Wall: wall.Add(-absent)})
}

// loop writes what is queued, and says once a second at most what went wrong.
func (f *hlsFeed) loop() {
	var complained time.Time
	for {
		u, ok := f.queue.Pop()
		if !ok {
			return
		}
		if err := f.write(u); err != nil && time.Since(complained) > time.Second {
			complained = time.Now()
			f.log.Warn("hls", "error", err)
		}
	}
}

func (f *hlsFeed) write(u *fanout.Unit) error {
	switch u.Packet.Stream.Codec {
	case encoder.H264:
		return f.muxer.WriteH264(f.video, u.Wall, capture.Ticks(u.PTS, fanout.VideoClock), u.Packet.Data)
	case encoder.HEVC:
		return f.muxer.WriteH265(f.video, u.Wall, capture.Ticks(u.PTS, fanout.VideoClock), u.Packet.Data)
	case encoder.AV1:
		return f.muxer.WriteAV1(f.video, u.Wall, capture.Ticks(u.PTS, fanout.VideoClock), u.Packet.Data)
	case encoder.AAC:
		rate := capture.Rational{Num: f.audio.ClockRate, Den: 1}
		return f.muxer.WriteMPEG4Audio(f.audio, u.Wall, capture.Ticks(u.PTS, rate), u.Packet.Data)
	default:
		return f.muxer.WriteOpus(f.audio, u.Wall, capture.Ticks(u.PTS, fanout.AudioClock), u.Packet.Data)
	}
}

// close ends the feed and whoever waits for its next part. It may be called twice, and waits.
func (f *hlsFeed) close() {
	f.queue.Close()
	f.run.Wait()
	f.once.Do(f.muxer.Close)
	f.remembers.Wait()
}

// getHLS serves playlists, segments and parts.
func (s *Server) getHLS(w http.ResponseWriter, r *http.Request) {
	if p := s.streamOf(w, r); p != nil && p.hls.audience.admit(w, r, "hls") {
		serveFiles(p.hls.handle, w, r)
	}
}

// serveFiles answers with what handle has.
func serveFiles(handle http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	out := &answered{ResponseWriter: w}
	handle(out, r)
	if !out.yes {
		refusal.Answer(w, errNoFile)
	}
}

// answered notes whether a response was begun: muxers leave paths that they do not know without one.
type answered struct {
	http.ResponseWriter
	yes bool
}

func (a *answered) WriteHeader(status int) {
	a.yes = true
	a.ResponseWriter.WriteHeader(status)
}
