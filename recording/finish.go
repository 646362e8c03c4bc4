package recording

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
)

// An MP4 begins with its type and, while it is not finished, with a mark of ours in a free box. To finish it, the moov of
// an ordinary MP4 is put behind the fragments, and then the free box becomes the header of one mdat that reaches from
// there to this moov. A player sees the fragments until those 16 bytes are turned, and not any more from then on; a
// crash in between leaves the one or the other.
const (
	markAt = 32
	mark   = "golive 1"
)

// fileType returns the ftyp box, for fragmented and ordinary files (ISO 14496-12 section 4.3).
func fileType() []byte { return box("ftyp", []byte("isom\x00\x00\x02\x00isomiso6avc1mp41")) }

// unfinished returns the box that becomes the header of an mdat with a size of 64 bits.
func unfinished() []byte { return box("free", []byte(mark)) }

// isUnfinished says whether a file that begins so is a recording of ours that was not finished.
func isUnfinished(head []byte) bool {
	return bytes.HasPrefix(head, slices.Concat(fileType(), unfinished()))
}

// cutBox splits b behind its first box.
func cutBox(b []byte) (first, rest []byte, found bool) {
	if len(b) < 8 {
		return nil, b, false
	}
	n := uint64(binary.BigEndian.Uint32(b))
	if n < 8 || n > uint64(len(b)) {
		return nil, b, false
	}
	return b[:n], b[n:], true
}

// finish makes an ordinary MP4 of a fragmented one whose size bytes are on the disk. When it fails, the file is left
// fragmented.
func finish(f *os.File, x *index, size int64, chapters []chapter) error {
	moov, err := x.finished(chapters)
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(moov, size); err != nil {
		_ = f.Truncate(size) // it plays with half a box at its end too
		return fmt.Errorf("write the index: %w", err)
	}
	if err := syncData(f); err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint64([]byte("\x00\x00\x00\x01mdat"), uint64(size-markAt))
	if _, err := f.WriteAt(head, markAt); err != nil {
		return fmt.Errorf("turn the header: %w", err)
	}
	return syncData(f)
}
