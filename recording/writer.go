package recording

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golive/encoder"
)

const (
	// maxParts bounds the search for a free name.
	maxParts = 10_000
	// largestShare is the part of the largest file that is kept for what comes until the next key frame, and the index:
	// of the 4 GiB on FAT 256 MiB, which are 20 s of 100 Mbit/s.
	largestShare = 16
)

// A writer puts packets, which come in the order of their DTS, into the files of a recording, one after the other.
type writer struct {
	path    string // of the first file
	streams []*encoder.Stream
	options Options
	part    *part
	number  int   // of the part, from 1
	before  int64 // bytes in the parts before it
	largest int64 // bytes that a file can have; 0 for any
	failed  bool
}

// newWriter makes the first file, which must not exist yet.
func newWriter(path string, streams []*encoder.Stream, o Options) (*writer, error) {
	w := &writer{path: path, streams: streams, options: o, number: 1, largest: largest(filepath.Dir(path))}
	return w, w.create(path)
}

// create makes the file path for the next part.
func (w *writer) create(path string) error {
	box, err := newContainer(path, w.streams, w.options.Titles)
	if err != nil {
		return fmt.Errorf("recording %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return explainCreate(path, err)
	}
	p, err := newPart(f, box)
	if err != nil {
		return explainCreate(path, err)
	}
	w.part = p
	return nil
}

// CheckCodec returns an error, a sentence, when a recording at path cannot hold pictures of a codec.
func CheckCodec(path string, c encoder.Codec) error {
	if c == encoder.AV1 && isTS(path) {
		return fmt.Errorf("MPEG-TS, which %s would be, does not hold %s; record it in .mp4 or .mkv", path, c)
	}
	return nil
}

func isTS(path string) bool { return strings.EqualFold(filepath.Ext(path), ".ts") }

// newContainer returns the container that a path asks for by its ending: .mkv, .ts, or MP4.
func newContainer(path string, streams []*encoder.Stream, titles []string) (container, error) {
	switch {
	case isTS(path):
		return newTS(streams)
	case strings.EqualFold(filepath.Ext(path), ".mkv"):
		return newMKV(streams, titles)
	}
	return newMP4(streams, titles)
}

// add writes a packet, into a new file when it is time for one and p allows it. Packets before the first key frame are
// left out.
func (w *writer) add(p *encoder.Packet) error {
	if beginsAll(p, w.streams) && (!w.part.begun || w.due(p)) {
		if w.part.begun {
			w.follow(p.Stream)
			if err := w.split(); err != nil {
				return err
			}
		}
		w.part.begin(p.DTS)
	}
	if !w.part.begun || p.DTS < w.part.from {
		return nil
	}
	if err := w.part.add(p); err != nil {
		w.failed = true
		return explainWrite(w.part.path, err)
	}
	return nil
}

// follow lets the next file describe the newest pictures, whose encoder may have been opened anew.
func (w *writer) follow(s *encoder.Stream) {
	w.streams = slices.Clone(w.streams)
	for i, old := range w.streams {
		if carries(old, s) {
			w.streams[i] = s
		}
	}
}

// mark makes a chapter of what follows the packet of a DTS.
func (w *writer) mark(c chapter) error {
	if !w.part.begun || len(w.part.chapters) >= maxChapters {
		return nil
	}
	c.at = max(0, c.at-w.part.from)
	if err := w.part.mark(c); err != nil {
		w.failed = true
		return explainWrite(w.part.path, err)
	}
	return nil
}

// beginsAll says whether decoding of all streams can begin at p.
func beginsAll(p *encoder.Packet, streams []*encoder.Stream) bool {
	return p.Keyframe && (p.Stream.Codec.Video() || !streams[0].Codec.Video())
}

// due says whether p is to begin a new file.
func (w *writer) due(p *encoder.Packet) bool {
	o, size := w.options, w.part.disk.size
	return o.SplitTime > 0 && p.DTS-w.part.from >= o.SplitTime || o.SplitSize > 0 && size >= o.SplitSize ||
		w.largest > 0 && size >= w.largest-w.largest/largestShare
}

// split ends the file and begins the next, whose number is in its name.
func (w *writer) split() error {
	if err := w.close(); err != nil {
		return err
	}
	w.before += w.part.disk.size
	ending := filepath.Ext(w.path)
	for ; w.number < maxParts; w.number++ {
		err := w.create(fmt.Sprintf("%s %d%s", strings.TrimSuffix(w.path, ending), w.number+1, ending))
		if !errors.Is(err, os.ErrExist) {
			w.number++
			return err
		}
	}
	return fmt.Errorf("recording %s ends here: there are %d files of that name already: %w", w.path, maxParts, os.ErrExist)
}

// bytes returns how much is in all files.
func (w *writer) bytes() int64 { return w.before + w.part.disk.size }

// flush writes the packets that wait for others, unless writing has failed already.
func (w *writer) flush() error {
	if w.failed {
		return nil
	}
	if err := w.part.flush(); err != nil {
		w.failed = true
		return explainWrite(w.part.path, err)
	}
	return nil
}

// close ends the file.
func (w *writer) close() error {
	err := w.flush()
	if closed := w.part.close(); err == nil && closed != nil {
		err = explainWrite(w.part.path, closed)
	}
	return err
}

// Save writes packets, in the order of their DTS, to the new file path, and returns when they are on the disk. Errors
// are those of Create; titles are those of Options. What was begun is removed when it fails.
func Save(path string, streams []*encoder.Stream, packets []*encoder.Packet, titles []string) error {
	w := &writer{path: path, streams: streams, options: Options{Titles: titles}, number: 1}
	if i := slices.IndexFunc(packets, func(p *encoder.Packet) bool { return beginsAll(p, streams) }); i >= 0 {
		w.follow(packets[i].Stream)
	}
	err := w.create(path)
	if err != nil {
		return err
	}
	for _, p := range packets {
		if err = w.add(p); err != nil {
			break
		}
	}
	err = errors.Join(err, w.close())
	if err == nil {
		return nil
	}
	_ = os.Remove(path)
	if errors.Is(err, ErrDiskFull) {
		return explainCreate(path, syscall.ENOSPC)
	}
	return err
}
