package recording

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"
)

// movieScale is the units a second in which an ordinary MP4 counts what concerns all tracks.
const movieScale = 90000

// A finisher writes the moov of an ordinary MP4: that of the fragmented one, with its tables filled. Durations have 64
// bits, as 32 overflow after 13 hours.
type finisher struct {
	index *index
	more  []byte // for the end of the moov
	in    *bytes.Reader
	out   *mp4.Writer
	table *table // of the trak that is being written
}

// finished returns the moov box of the ordinary MP4.
func (x *index) finished(chapters []chapter) ([]byte, error) {
	var b seekablebuffer.Buffer
	f := &finisher{index: x, more: chapterList(chapters), in: bytes.NewReader(x.moov), out: mp4.NewWriter(&b)}
	if _, err := mp4.ReadBoxStructure(f.in, f.box); err != nil {
		return nil, fmt.Errorf("mp4 index: %w", err)
	}
	return b.Bytes(), nil
}

// box writes what becomes of a box.
func (f *finisher) box(h *mp4.ReadHandle) (any, error) {
	switch h.BoxInfo.Type {
	case mp4.BoxTypeMvex(): // says that fragments follow
		return nil, nil
	case mp4.BoxTypeStts(), mp4.BoxTypeStsc(), mp4.BoxTypeStsz(), mp4.BoxTypeStco(): // empty
		return nil, nil
	case mp4.BoxTypeMoov():
		return nil, f.container(h, f.more)
	case mp4.BoxTypeTrak(), mp4.BoxTypeMdia(), mp4.BoxTypeMinf():
		return nil, f.container(h, nil)
	case mp4.BoxTypeStbl():
		if f.table == nil {
			return nil, errStrange
		}
		return nil, f.container(h, f.table.boxes())
	case mp4.BoxTypeMvhd(), mp4.BoxTypeTkhd(), mp4.BoxTypeMdhd():
		return nil, f.header(h)
	}
	return nil, f.out.CopyBox(f.in, &h.BoxInfo)
}

// container writes a box of boxes, and more at its end.
func (f *finisher) container(h *mp4.ReadHandle, more []byte) error {
	if _, err := f.out.StartBox(&h.BoxInfo); err != nil {
		return err
	}
	if _, err := h.Expand(); err != nil {
		return err
	}
	if _, err := f.out.Write(more); err != nil {
		return err
	}
	_, err := f.out.EndBox()
	return err
}

// header writes a box that tells a duration, and behind that of a track its edit list.
func (f *finisher) header(h *mp4.ReadHandle) error {
	box, _, err := h.ReadPayload()
	if err != nil {
		return err
	}
	switch box := box.(type) {
	case *mp4.Mvhd:
		box.Version, box.Timescale, box.DurationV1 = 1, movieScale, f.index.duration()
		box.NextTrackID = uint32(len(f.index.tables)) + 1
	case *mp4.Tkhd:
		if f.table = f.index.table(box.TrackID); f.table == nil {
			return errStrange
		}
		box.Version, box.DurationV1 = 1, f.table.end()
	case *mp4.Mdhd:
		if f.table == nil {
			return errStrange
		}
		box.Version, box.DurationV1 = 1, f.table.duration
	}
	if _, err := f.out.StartBox(&mp4.BoxInfo{Type: h.BoxInfo.Type}); err != nil {
		return err
	}
	if _, err := mp4.Marshal(f.out, box, h.BoxInfo.Context); err != nil {
		return err
	}
	if _, err := f.out.EndBox(); err != nil {
		return err
	}
	if h.BoxInfo.Type == mp4.BoxTypeTkhd() {
		_, err = f.out.Write(f.table.edit())
	}
	return err
}

// duration returns when the last track ends.
func (x *index) duration() uint64 {
	end := uint64(0)
	for _, t := range x.tables {
		end = max(end, t.end())
	}
	return end
}

// end returns when the track ends, in units of the movie.
func (t *table) end() uint64 { return t.rescale(t.base + t.duration) }

// rescale returns units of a track in those of the movie, rounded to the nearest.
func (t *table) rescale(n uint64) uint64 {
	seconds, rest := n/uint64(t.scale), n%uint64(t.scale)
	return seconds*movieScale + (rest*movieScale+uint64(t.scale)/2)/uint64(t.scale)
}

// edit returns the edit list (ISO 14496-12 section 8.6.6) that lets a track begin later than the movie, if it does.
func (t *table) edit() []byte {
	if t.base == 0 {
		return nil
	}
	b := be32(nil, 1<<24, 2) // version 1, two entries
	b = binary.BigEndian.AppendUint64(b, t.rescale(t.base))
	b = binary.BigEndian.AppendUint64(b, ^uint64(0)) // nothing is shown
	b = be32(b, 1<<16)
	b = binary.BigEndian.AppendUint64(b, t.rescale(t.duration))
	b = binary.BigEndian.AppendUint64(b, 0)
	b = be32(b, 1<<16)
	return box("edts", box("elst", b))
}

// boxes returns the tables of stbl (ISO 14496-12 sections 8.6 and 8.7).
func (t *table) boxes() []byte {
	b := box("stts", runs(0, t.deltas))
	if len(t.offsets) > 1 || len(t.offsets) == 1 && t.offsets[0].value != 0 {
		b = append(b, box("ctts", runs(1<<24, t.offsets))...) // version 1: signed
	}
	if len(t.keys) < len(t.sizes) {
		b = append(b, box("stss", be32(be32(nil, 0, uint32(len(t.keys))), t.keys...))...)
	}
	b = append(b, box("stsc", t.chunkRuns())...)
	b = append(b, box("stsz", be32(be32(nil, 0, 0, uint32(len(t.sizes))), t.sizes...))...)
	offsets := be32(nil, 0, uint32(len(t.chunks)))
	for _, c := range t.chunks {
		offsets = binary.BigEndian.AppendUint64(offsets, uint64(c.at))
	}
	return append(b, box("co64", offsets)...)
}

// runs returns the payload of a box that counts samples of the same value.
func runs(version uint32, list []run) []byte {
	b := be32(nil, version, uint32(len(list)))
	for _, r := range list {
		b = be32(b, r.count, r.value)
	}
	return b
}

// chunkRuns returns the payload of stsc: from which chunk on there are how many samples in each.
func (t *table) chunkRuns() []byte {
	var entries []byte
	n := uint32(0)
	for i, c := range t.chunks {
		if i == 0 || c.samples != t.chunks[i-1].samples {
			entries = be32(entries, uint32(i)+1, c.samples, 1)
			n++
		}
	}
	return append(be32(nil, 0, n), entries...)
}

func be32(b []byte, values ...uint32) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// box returns a box with its header.
func box(kind string, payload []byte) []byte {
	return append(append(be32(nil, uint32(8+len(payload))), kind...), payload...)
}
