package recording

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/abema/go-mp4"

	"golive/encoder"
)

// An mkvFile makes a Matroska file (RFC 9559) of packets. It plays without an end; finish adds its duration and the
// places of its key frames.
type mkvFile struct {
	streams []*encoder.Stream
	titles  []string
	private [][]byte // of their codecs
	origin  time.Duration
	cadence cadence
	start   time.Duration // DTS of the cluster that is being made
	blocks  [][]byte      // of that cluster
	key     bool          // it begins with a key frame
	end     time.Duration // of what has come, from the origin
	size    int64         // of what was written
	cues    []cue
}

// A cue is where a key frame is.
type cue struct {
	time time.Duration
	at   int64
}

func newMKV(streams []*encoder.Stream, titles []string) (*mkvFile, error) {
	f := &mkvFile{streams: streams, titles: titles}
	for _, s := range streams {
		private, err := decoderConfiguration(s)
		if err != nil {
			return nil, err
		}
		f.private = append(f.private, private)
	}
	return f, nil
}

// decoderConfiguration returns the CodecPrivate of a stream, which is what its box in an MP4 holds.
func decoderConfiguration(s *encoder.Stream) (private []byte, err error) {
	m, err := newMP4([]*encoder.Stream{s}, nil)
	if err != nil {
		return nil, err
	}
	if s.Codec == encoder.AAC {
		return s.Extradata, nil
	}
	if _, err := m.header(); err != nil {
		return nil, err
	}
	_, err = mp4.ReadBoxStructure(bytes.NewReader(m.index.moov), func(h *mp4.ReadHandle) (any, error) {
		switch h.BoxInfo.Type {
		case mp4.BoxTypeMoov(), mp4.BoxTypeTrak(), mp4.BoxTypeMdia(), mp4.BoxTypeMinf(), mp4.BoxTypeStbl(), mp4.BoxTypeStsd(),
			mp4.BoxTypeAvc1(), mp4.BoxTypeHvc1(), mp4.BoxTypeHev1(), mp4.BoxTypeAv01():
			return h.Expand()
		case mp4.BoxTypeAvcC(), mp4.BoxTypeHvcC(), mp4.BoxTypeAv1C():
			at := h.BoxInfo.Offset
			private = m.index.moov[at+h.BoxInfo.HeaderSize : at+h.BoxInfo.Size]
		}
		return nil, nil
	})
	if err == nil && private == nil {
		err = errStrange
	}
	return private, err
}

// chapterRoom is how many bytes of the head are kept for chapters: some 200 of them.
const chapterRoom = 16 << 10

func (f *mkvFile) header() ([]byte, error) {
	head := f.head(unknownSize, 0, 0)
	return slices.Concat(head, void(chapterRoom)), nil
}

// inHead returns the chapters for that room, nil if they are too many.
func inHead(chapters []chapter) []byte {
	b := chapterElement(chapters)
	if len(b) > chapterRoom-voidLeast {
		return nil
	}
	return append(b, void(chapterRoom-len(b))...)
}

// marked writes the chapters into the head, as far as there is room.
func (f *mkvFile) marked(file *os.File, chapters []chapter) ([]byte, error) {
	_, err := file.WriteAt(inHead(chapters), int64(len(f.head(unknownSize, 0, 0))))
	return nil, err
}

// head returns what stands before the clusters, always as long: the size of the segment, where its cues and chapters
// are (0: there are none) and how long it lasts.
func (f *mkvFile) head(size uint64, cuesAt, chaptersAt int64) []byte {
	cues, chapters := seek(idCues, cuesAt), seek(idChapters, chaptersAt)
	index := element(idSeekHead, cues, chapters)
	if cuesAt == 0 {
		index = void(len(index))
	}
	lasts := float(idDuration, float64(f.end)/float64(time.Millisecond))
	if f.end == 0 {
		lasts = void(len(lasts))
	}
	info := element(idInfo, integer(idTimestampScale, uint64(time.Millisecond)), text(idMuxingApp, "golive"),
		text(idWritingApp, "golive"), lasts)
	return slices.Concat(docType(), segment(size), index, info, f.tracks())
}

// seek returns where an element is, or nothing of the same length.
func seek(id uint32, at int64) []byte {
	b := element(idSeek, element(idSeekID, appendID(nil, id)), integer(idSeekPosition, uint64(at)))
	if at == 0 {
		return void(len(b))
	}
	return b
}

func docType() []byte {
	return element(idEBML, text(idDocType, "matroska"), integer(idDocTypeVersion, 4), integer(idDocTypeRead, 2))
}

func (f *mkvFile) tracks() []byte {
	var entries []byte
	for i, s := range f.streams {
		number := uint64(i + 1)
		entry := [][]byte{
			integer(idTrackNumber, number), integer(idTrackUID, number), integer(idFlagLacing, 0),
			element(idCodecPrivate, f.private[i]),
		}
		if i < len(f.titles) && f.titles[i] != "" {
			entry = append(entry, text(idName, f.titles[i]))
		}
		if s.Codec.Video() {
			entry = append(entry, integer(idTrackType, 1), text(idCodecID, codecID(s.Codec)), integer(idDefaultTime, frameTime(s)),
				element(idVideo, integer(idPixelWidth, uint64(s.Width)), integer(idPixelHeight, uint64(s.Height))))
		} else {
			entry = append(entry, integer(idTrackType, 2), text(idCodecID, codecID(s.Codec)),
				element(idAudio, float(idSampleRate, float64(s.SampleRate)), integer(idChannels, uint64(s.Channels))))
		}
		entries = append(entries, element(idTrackEntry, entry...)...)
	}
	return element(idTracks, entries)
}

// codecID returns the name of a codec (draft-ietf-cellar-codec).
func codecID(c encoder.Codec) string {
	switch c {
	case encoder.HEVC:
		return "V_MPEGH/ISO/HEVC"
	case encoder.AV1:
		return "V_AV1"
	case encoder.AAC:
		return "A_AAC"
	}
	return "V_MPEG4/ISO/AVC"
}

// frameTime returns how long a picture lasts, in ns; 1 when that is unknown, as 0 is not allowed.
func frameTime(s *encoder.Stream) uint64 {
	if s.FrameRate.Num <= 0 {
		return 1
	}
	return uint64(s.FrameRate.Den) * uint64(time.Second) / uint64(s.FrameRate.Num)
}

func (f *mkvFile) begin(origin time.Duration) {
	f.origin, f.cadence.start, f.start = origin, origin, origin
}

func (f *mkvFile) add(p *encoder.Packet) (piece []byte, err error) {
	number := slices.IndexFunc(f.streams, func(s *encoder.Stream) bool { return carries(s, p.Stream) })
	if number < 0 {
		return nil, errors.New("a packet of an unknown stream")
	}
	if f.cadence.ends(p) {
		piece, _ = f.rest()
	}
	if f.blocks == nil {
		f.start, f.key = p.DTS, beginsAll(p, f.streams)
	}
	payload, err := sample(p, p.Stream != f.streams[number])
	if err != nil {
		return nil, err
	}
	late := milliseconds(p.PTS-f.origin) - milliseconds(f.start-f.origin)
	head := []byte{0x80 | byte(number+1), byte(late >> 8), byte(late), 0}
	if p.Keyframe {
		head[3] = 0x80
	}
	f.blocks = append(f.blocks, element(idSimpleBlock, head, payload))
	f.end = max(f.end, p.PTS+p.Duration-f.origin)
	return piece, nil
}

func milliseconds(d time.Duration) int64 { return d.Round(time.Millisecond).Milliseconds() }

// rest returns the cluster that is being made.
func (f *mkvFile) rest() ([]byte, error) {
	if f.blocks == nil {
		return nil, nil
	}
	at := integer(idTimestamp, uint64(milliseconds(f.start-f.origin)))
	cluster := element(idCluster, slices.Insert(f.blocks, 0, at)...)
	if f.key {
		f.cues = append(f.cues, cue{f.start - f.origin, f.size})
	}
	f.blocks = nil
	return cluster, nil
}

func (f *mkvFile) wrote(piece []byte) error {
	f.size += int64(len(piece))
	return nil
}

// finish puts cues and chapters behind the clusters, and then what is known now into the head. Positions count from the content
// of the segment.
func (f *mkvFile) finish(file *os.File, chapters []chapter) error {
	from := int64(len(docType()) + len(segment(0)))
	var points []byte
	for _, c := range f.cues {
		if c.at < f.size { // it was written
			points = append(points, element(idCuePoint, integer(idCueTime, uint64(milliseconds(c.time))),
				element(idCueTracks, integer(idCueTrack, 1), integer(idCueCluster, uint64(c.at-from))))...)
		}
	}
	cues := element(idCues, points)
	marks, room := []byte(nil), inHead(chapters)
	if room == nil {
		marks, room = chapterElement(chapters), void(chapterRoom)
	}
	marksAt := int64(0)
	if marks != nil {
		marksAt = f.size - from + int64(len(cues))
	}
	behind := slices.Concat(cues, marks)
	if _, err := file.WriteAt(behind, f.size); err != nil {
		_ = file.Truncate(f.size)
		return fmt.Errorf("write the index: %w", err)
	}
	if err := syncData(file); err != nil {
		return err
	}
	head := f.head(uint64(f.size-from)+uint64(len(behind)), f.size-from, marksAt)
	if _, err := file.WriteAt(slices.Concat(head, room), 0); err != nil {
		return fmt.Errorf("write the head: %w", err)
	}
	return syncData(file)
}
