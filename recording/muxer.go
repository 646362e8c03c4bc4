package recording

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"

	"golive/encoder"
)

// maxFragment is what a crash may cost, beside the sample of each track that waits for its successor.
const maxFragment = time.Second

// A muxer turns packets into the pieces of a fragmented MP4. All tracks count time from the first key frame.
type muxer struct {
	tracks   []*track
	video    bool
	started  bool
	origin   time.Duration // DTS of the first packet
	start    time.Duration // DTS of the first packet of the fragment
	sequence uint32        // fragments so far
}

func newMuxer(streams []*encoder.Stream) (*muxer, error) {
	m := &muxer{}
	for i, s := range streams {
		t := &track{stream: s}
		t.ID = i + 1
		t.AvgBitrate, t.MaxBitrate = uint32(s.BitRate), uint32(s.BitRate)
		if err := t.configure(); err != nil {
			return nil, err
		}
		m.video = m.video || s.Codec.Video()
		m.tracks = append(m.tracks, t)
	}
	return m, nil
}

// header returns the beginning of the file.
func (m *muxer) header() ([]byte, error) {
	var init fmp4.Init
	for _, t := range m.tracks {
		init.Tracks = append(init.Tracks, &t.InitTrack)
	}
	return marshal(init)
}

// add takes a packet and returns the fragment that it completes, nil when there is none yet.
func (m *muxer) add(p *encoder.Packet) ([]byte, error) {
	i := slices.IndexFunc(m.tracks, func(t *track) bool { return t.stream.Codec == p.Stream.Codec })
	if i < 0 {
		return nil, errors.New("a packet of an unknown stream")
	}
	isVideo := p.Stream.Codec.Video()
	if !m.started {
		if m.video && !(isVideo && p.Keyframe) {
			return nil, nil
		}
		m.started, m.origin, m.start = true, p.DTS, p.DTS
	}
	if p.DTS < m.origin {
		return nil, nil
	}
	if err := m.tracks[i].add(p, m.origin); err != nil {
		return nil, err
	}
	if p.DTS-m.start < maxFragment && !(isVideo && p.Keyframe) {
		return nil, nil
	}
	m.start = p.DTS
	return m.fragment()
}

// rest returns the last fragment.
func (m *muxer) rest() ([]byte, error) {
	for _, t := range m.tracks {
		if t.pending != nil {
			end := t.pending.DTS + t.pending.Duration
			if err := t.finish(end, m.origin); err != nil {
				return nil, err
			}
		}
	}
	return m.fragment()
}

// fragment returns what the tracks have collected, nil when that is nothing.
func (m *muxer) fragment() ([]byte, error) {
	part := fmp4.Part{SequenceNumber: m.sequence + 1}
	for _, t := range m.tracks {
		if len(t.samples) > 0 {
			part.Tracks = append(part.Tracks, &fmp4.PartTrack{ID: t.ID, BaseTime: t.base, Samples: t.samples})
			t.samples = nil
		}
	}
	if part.Tracks == nil {
		return nil, nil
	}
	m.sequence++
	return marshal(part)
}

func marshal(box interface{ Marshal(io.WriteSeeker) error }) ([]byte, error) {
	var b seekablebuffer.Buffer
	if err := box.Marshal(&b); err != nil {
		return nil, fmt.Errorf("mp4: %w", err)
	}
	return b.Bytes(), nil
}
