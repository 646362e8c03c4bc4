package recording

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts/codecs"

	"golive/capture"
	"golive/encoder"
)

const (
	tsClock = 90000
	// tsStart is the time of the first packet, ahead of which is the clock of the stream.
	tsStart = time.Second
	// tsWrap is where time begins at zero again: it has 33 bits (ISO 13818-1 section 2.4.3.7).
	tsWrap = 1 << 33
)

// A tsFile makes an MPEG transport stream of packets. It needs no end, and may be cut anywhere.
type tsFile struct {
	out     bytes.Buffer
	writer  *mpegts.Writer
	tracks  []tsTrack
	origin  time.Duration
	cadence cadence
}

type tsTrack struct {
	stream *encoder.Stream
	track  *mpegts.Track
}

func newTS(streams []*encoder.Stream) (*tsFile, error) {
	f := &tsFile{}
	f.writer = &mpegts.Writer{W: &f.out}
	for _, s := range streams {
		track := &mpegts.Track{Codec: &codecs.H264{}}
		switch s.Codec {
		case encoder.H264:
		case encoder.HEVC:
			track.Codec = &codecs.H265{}
		case encoder.AAC:
			c := &codecs.MPEG4Audio{}
			if err := c.Unmarshal(s.Extradata); err != nil {
				return nil, fmt.Errorf("the aac stream has no valid configuration: %w", err)
			}
			track.Codec = c
		default:
			return nil, cannotRecord(s.Codec)
		}
		f.tracks = append(f.tracks, tsTrack{s, track})
		f.writer.Tracks = append(f.writer.Tracks, track)
	}
	if err := f.writer.Initialize(); err != nil {
		return nil, fmt.Errorf("mpeg-ts: %w", err)
	}
	return f, nil
}

func (f *tsFile) header() ([]byte, error) { return nil, nil } // it repeats all through the stream

func (f *tsFile) begin(origin time.Duration) { f.origin, f.cadence.start = origin, origin }

func (f *tsFile) add(p *encoder.Packet) (piece []byte, err error) {
	if f.cadence.ends(p) {
		piece, _ = f.rest() // which has no error
	}
	i := slices.IndexFunc(f.tracks, func(t tsTrack) bool { return carries(t.stream, p.Stream) })
	if i < 0 {
		return nil, errors.New("a packet of an unknown stream")
	}
	switch track := f.tracks[i].track; p.Stream.Codec {
	case encoder.H264:
		err = f.writer.WriteH264(track, f.ticks(p.PTS), f.ticks(p.DTS), p.Data)
	case encoder.HEVC:
		err = f.writer.WriteH265(track, f.ticks(p.PTS), f.ticks(p.DTS), p.Data)
	default:
		err = f.writer.WriteMPEG4Audio(track, f.ticks(p.PTS), p.Data)
	}
	if err != nil {
		return nil, fmt.Errorf("mpeg-ts: %w", err)
	}
	return piece, nil
}

func (f *tsFile) ticks(d time.Duration) int64 {
	return capture.Ticks(d-f.origin+tsStart, capture.Rational{Num: tsClock, Den: 1}) % tsWrap
}

func (f *tsFile) rest() ([]byte, error) {
	piece := bytes.Clone(f.out.Bytes())
	f.out.Reset()
	return piece, nil
}

func (f *tsFile) wrote([]byte) error { return nil }

func (f *tsFile) finish(*os.File, []chapter) error { return nil } // it cannot hold chapters
