package recording

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/abema/go-mp4"
)

// An index knows where the samples of a fragmented MP4 lie. It is made of the moof boxes alone, so that it comes out
// the same while a file is recorded and when a crash has left one.
type index struct {
	moov   []byte // the moov box at the beginning, which describes the tracks
	tables []*table
}

// A table has the samples of a track, as the boxes of stbl count them.
type table struct {
	id       uint32
	scale    uint32 // units a second
	base     uint64 // decode time of the first sample
	duration uint64 // of all samples
	deltas   []run  // how long they last
	offsets  []run  // how much later they are shown
	sizes    []uint32
	keys     []uint32 // numbers of those that decoding can begin at, from 1
	chunks   []chunk
}

// A run is count samples of the same value.
type run struct{ count, value uint32 }

// A chunk is a stretch of the file that holds samples of one track.
type chunk struct {
	at      int64
	samples uint32
}

// newIndex returns the empty index of a file with this moov box.
func newIndex(moov []byte) (*index, error) {
	x := &index{moov: moov}
	boxes, err := mp4.ExtractBoxesWithPayload(bytes.NewReader(moov), nil, []mp4.BoxPath{
		{mp4.BoxTypeMoov(), mp4.BoxTypeTrak(), mp4.BoxTypeTkhd()},
		{mp4.BoxTypeMoov(), mp4.BoxTypeTrak(), mp4.BoxTypeMdia(), mp4.BoxTypeMdhd()},
	})
	if err != nil {
		return nil, fmt.Errorf("the mp4 header: %w", err)
	}
	for _, b := range boxes {
		switch box := b.Payload.(type) {
		case *mp4.Tkhd:
			x.tables = append(x.tables, &table{id: box.TrackID})
		case *mp4.Mdhd:
			if len(x.tables) == 0 || box.Timescale == 0 {
				return nil, errStrange
			}
			x.tables[len(x.tables)-1].scale = box.Timescale
		}
	}
	if len(x.tables) == 0 || slices.ContainsFunc(x.tables, func(t *table) bool { return t.scale == 0 }) {
		return nil, errStrange
	}
	return x, nil
}

var errStrange = errors.New("not as Golive writes it")

// What a trun of ours has for each sample (ISO 14496-12 section 8.8.8.1).
const (
	trunOffset   = 0x1
	trunDuration = 0x100
	trunSize     = 0x200
)

const notSync = 1 << 16 // sample_is_non_sync_sample

// add takes a moof that begins at a place of the file, and whose samples end before end. One that is refused leaves the
// index as it was.
func (x *index) add(moof []byte, at, end int64) error {
	all, err := x.stretches(moof, at)
	if err == nil && !valid(all, end) {
		err = errStrange
	}
	if err != nil {
		return fmt.Errorf("the fragment at byte %d: %w", at, err)
	}
	for _, s := range all {
		s.table.add(s)
	}
	return nil
}

// A stretch is what a fragment has of a track.
type stretch struct {
	table *table
	base  uint64 // decode time
	at    int64  // in the file
	trun  *mp4.Trun
}

// stretches reads a moof.
func (x *index) stretches(moof []byte, at int64) ([]stretch, error) {
	var all []stretch
	var next stretch
	_, err := mp4.ReadBoxStructure(bytes.NewReader(moof), func(h *mp4.ReadHandle) (any, error) {
		switch h.BoxInfo.Type {
		case mp4.BoxTypeMoof(), mp4.BoxTypeTraf():
			return h.Expand()
		case mp4.BoxTypeTfhd(), mp4.BoxTypeTfdt(), mp4.BoxTypeTrun():
		default:
			return nil, nil
		}
		box, _, err := h.ReadPayload()
		if err != nil {
			return nil, err
		}
		switch box := box.(type) {
		case *mp4.Tfhd:
			next = stretch{table: x.table(box.TrackID)}
		case *mp4.Tfdt:
			next.base = box.GetBaseMediaDecodeTime()
		case *mp4.Trun:
			next.trun, next.at = box, at+int64(box.DataOffset)
			all = append(all, next)
		}
		return nil, nil
	})
	return all, err
}

// valid says whether stretches are as ours: one a track, each going on where its track ended, with samples that lie
// before end.
func valid(all []stretch, end int64) bool {
	for i, s := range all {
		if s.table == nil || slices.ContainsFunc(all[:i], func(other stretch) bool { return other.table == s.table }) {
			return false
		}
		size := int64(0)
		for _, e := range s.trun.Entries {
			size += int64(e.SampleSize)
		}
		const need = trunOffset | trunDuration | trunSize
		continues := len(s.table.sizes) == 0 || s.base == s.table.base+s.table.duration
		if s.trun.GetFlags()&need != need || !continues || s.at < 0 || s.at+size > end {
			return false
		}
	}
	return true
}

// table returns that of a track, or nil.
func (x *index) table(id uint32) *table {
	for _, t := range x.tables {
		if t.id == id {
			return t
		}
	}
	return nil
}

// add takes samples that are valid.
func (t *table) add(s stretch) {
	if len(t.sizes) == 0 {
		t.base = s.base
	}
	t.chunks = append(t.chunks, chunk{s.at, uint32(len(s.trun.Entries))})
	for _, e := range s.trun.Entries {
		t.sizes = append(t.sizes, e.SampleSize)
		t.duration += uint64(e.SampleDuration)
		t.deltas = extend(t.deltas, e.SampleDuration)
		t.offsets = extend(t.offsets, uint32(e.SampleCompositionTimeOffsetV1))
		if e.SampleFlags&notSync == 0 {
			t.keys = append(t.keys, uint32(len(t.sizes)))
		}
	}
}

// empty says whether there is not one sample.
func (x *index) empty() bool {
	return !slices.ContainsFunc(x.tables, func(t *table) bool { return len(t.sizes) > 0 })
}

// extend counts one more sample of a value.
func extend(runs []run, value uint32) []run {
	if n := len(runs); n > 0 && runs[n-1].value == value {
		runs[n-1].count++
		return runs
	}
	return append(runs, run{1, value})
}
