package recording

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"

	"golive/encoder"
)

// An mp4File makes an MP4 of packets. All tracks count time from the origin.
type mp4File struct {
	tracks   []*track
	titles   []string
	origin   time.Duration
	cadence  cadence
	sequence uint32 // fragments so far
	index    *index
	size     int64 // of what was written
}

func newMP4(streams []*encoder.Stream, titles []string) (*mp4File, error) {
	m := &mp4File{titles: titles}
	for i, s := range streams {
		t := &track{stream: s}
		t.ID = i + 1
		t.AvgBitrate, t.MaxBitrate = uint32(s.BitRate), uint32(s.BitRate)
		if err := t.configure(); err != nil {
			return nil, err
		}
		m.tracks = append(m.tracks, t)
	}
	return m, nil
}

// header returns the beginning of the file: a mark that it is not finished, and what the fragments are made of.
func (m *mp4File) header() ([]byte, error) {
	var init fmp4.Init
	for _, t := range m.tracks {
		init.Tracks = append(init.Tracks, &t.InitTrack)
	}
	b, err := marshal(init)
	if err != nil {
		return nil, err
	}
	_, moov, found := cutBox(b) // without its ftyp, which is for streaming
	if !found {
		return nil, errStrange
	}
	if moov, err = titled(moov, m.titles); err != nil {
		return nil, err
	}
	if m.index, err = newIndex(moov); err != nil {
		return nil, err
	}
	return slices.Concat(fileType(), unfinished(), moov), nil
}

// wrote counts the samples of a fragment that is in the file now.
func (m *mp4File) wrote(piece []byte) error {
	at := m.size
	m.size += int64(len(piece))
	if at == 0 {
		return nil // the header
	}
	if _, is := chapterIn(piece); is {
		return nil
	}
	moof, _, found := cutBox(piece)
	if !found {
		return errStrange
	}
	return m.index.add(moof, at, m.size)
}

// marked returns the newest chapter as a piece that players pass over, and repairs find.
func (m *mp4File) marked(_ *os.File, chapters []chapter) ([]byte, error) {
	return chapterPiece(chapters[len(chapters)-1]), nil
}

// finish makes an ordinary MP4 of the file.
func (m *mp4File) finish(f *os.File, chapters []chapter) error {
	return finish(f, m.index, m.size, chapters)
}

func (m *mp4File) begin(origin time.Duration) { m.origin, m.cadence.start = origin, origin }

// add takes a packet and returns the fragment that it completes, nil when there is none yet.
func (m *mp4File) add(p *encoder.Packet) ([]byte, error) {
	i := slices.IndexFunc(m.tracks, func(t *track) bool { return carries(t.stream, p.Stream) })
	if i < 0 {
		return nil, errors.New("a packet of an unknown stream")
	}
	if err := m.tracks[i].add(p, m.origin); err != nil {
		return nil, err
	}
	if !m.cadence.ends(p) {
		return nil, nil
	}
	return m.fragment()
}

// rest returns the last fragment.
func (m *mp4File) rest() ([]byte, error) {
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
func (m *mp4File) fragment() ([]byte, error) {
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
