// Package hls gives a stream to players that fetch it in pieces: LL-HLS, from the same segments DASH, and HLS with MPEG-TS for
// old players.
package hls

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/capture"
	"golive/encoder"
	"golive/internal/fanout"
)

const (
	segmentLength = time.Second
	partLength    = 200 * time.Millisecond
	queueSize     = 16 << 20 // bytes
)

// A Feed makes LL-HLS of a stream, in a goroutine of its own: the muxer shares a lock with its readers.
type Feed struct {
	muxer *gohlslib.Muxer
	queue *fanout.Queue
	video *gohlslib.Track
	audio *gohlslib.Track // nil when there is no sound
	sound *encoder.Stream // what audio carries
	dash  dashFeed
	past  *past
	log   *slog.Logger

	run       sync.WaitGroup // loop
	remembers sync.WaitGroup
	once      sync.Once
}

// New begins to make it of these streams: of the pictures, and of AAC or else Opus. Close ends it.
func New(streams []*encoder.Stream, log *slog.Logger) (*Feed, error) {
	f := &Feed{queue: fanout.NewQueue(queueSize), log: log}
	var err error
	if f.video, err = videoTrack(streams); err != nil {
		return nil, err
	}
	tracks := []*gohlslib.Track{f.video}
	if f.audio, f.sound, err = audioTrack(streams); err != nil {
		return nil, err
	} else if f.audio != nil {
		tracks = append(tracks, f.audio)
	}
	f.muxer = &gohlslib.Muxer{
		Variant: gohlslib.MuxerVariantLowLatency, Tracks: tracks,
		SegmentMinDuration: segmentLength, PartMinDuration: partLength, SegmentCount: muxerSegments,
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

// videoTrack describes the pictures.
func videoTrack(streams []*encoder.Stream) (*gohlslib.Track, error) {
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
		return nil, errors.New("hls: there is no video")
	}
	return track, nil
}

// audioTrack picks the sound that HLS carries: AAC, which every player has, else Opus.
func audioTrack(streams []*encoder.Stream) (*gohlslib.Track, *encoder.Stream, error) {
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

// Push queues a packet whose presentation time is wall, and never blocks. absent is for how long, so far, there was no
// publisher: HLS goes on as if that time had not been, programme dates too, since players place segments by those.
func (f *Feed) Push(pkt *encoder.Packet, absent time.Duration, wall time.Time) {
	if !pkt.Stream.Codec.Video() && (f.sound == nil || pkt.Stream.Codec != f.sound.Codec) {
		return
	}
	f.queue.Push(&fanout.Unit{Packet: pkt, PTS: pkt.PTS - absent, Wall: wall.Add(-absent)})
}

// loop writes what is queued, and says once a second at most what went wrong.
func (f *Feed) loop() {
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

func (f *Feed) write(u *fanout.Unit) error {
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

// Close ends the feed and whoever waits for its next part. It may be called twice, and waits.
func (f *Feed) Close() {
	f.queue.Close()
	f.run.Wait()
	f.once.Do(f.muxer.Close)
	f.remembers.Wait()
}
