package hls

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bluenviron/gohlslib/v2"
	"github.com/bluenviron/gohlslib/v2/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"

	"golive/capture"
	"golive/encoder"
	"golive/internal/fanout"
)

// A Transport makes HLS with MPEG-TS, for players that know no fragmented MP4.
type Transport struct {
	muxer *gohlslib.Muxer
	video *gohlslib.Track
	audio *gohlslib.Track // nil when there is no sound
}

// NewTransport begins to make it of H.264 and AAC; sound is nil when there is none.
func NewTransport(pictures, sound *encoder.Stream, log *slog.Logger) (*Transport, error) {
	sps, pps := pictures.H264()
	m := &Transport{video: &gohlslib.Track{Codec: &codecs.H264{SPS: sps, PPS: pps}, ClockRate: fanout.VideoClock.Num}}
	m.muxer = &gohlslib.Muxer{
		Variant: gohlslib.MuxerVariantMPEGTS, Tracks: []*gohlslib.Track{m.video},
		SegmentMinDuration: segmentLength, SegmentCount: muxerSegments,
		OnEncodeError: func(err error) { log.Debug("hls with mpeg-ts", "error", err) },
	}
	if sound != nil {
		var config mpeg4audio.AudioSpecificConfig
		if err := config.Unmarshal(sound.Extradata); err != nil {
			return nil, fmt.Errorf("hls with mpeg-ts: %w", err)
		}
		m.audio = &gohlslib.Track{Codec: &codecs.MPEG4Audio{Config: config}, ClockRate: config.SampleRate}
		m.muxer.Tracks = append(m.muxer.Tracks, m.audio)
	}
	if err := m.muxer.Start(); err != nil {
		return nil, fmt.Errorf("hls with mpeg-ts: %w", err)
	}
	return m, nil
}

// Write takes a packet of one of these streams.
func (m *Transport) Write(pkt *encoder.Packet) error {
	now := time.Now()
	if pkt.Stream.Codec.Video() {
		return m.muxer.WriteH264(m.video, now, capture.Ticks(pkt.PTS, fanout.VideoClock), pkt.Data)
	}
	rate := capture.Rational{Num: m.audio.ClockRate, Den: 1}
	return m.muxer.WriteMPEG4Audio(m.audio, now, capture.Ticks(pkt.PTS, rate), pkt.Data)
}

// ServeHLS answers a request for a playlist or a segment, whose name ends its path.
func (m *Transport) ServeHLS(w http.ResponseWriter, r *http.Request) {
	serveFiles(m.muxer.Handle, w, r)
}

// Close ends it, and whoever waits for its next segment.
func (m *Transport) Close() { m.muxer.Close() }
