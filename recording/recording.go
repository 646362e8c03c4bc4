// Package recording keeps packets in files that survive a crash. In go encoder.Packets; while they come, the file is a
// fragmented MP4 (ISO 14496-12) that any player opens, also when the program or the machine died at that moment: each
// fragment is written at once, holds at most a second, and is brought to the disk in the background. A normal end makes
// an ordinary MP4 of it, in place. What a crash has left is made one by the next recording in the same folder. MKV
// and MPEG-TS, by the ending of the name, need no repair. Writing has a goroutine of its own, so that a slow disk never holds up who records.
package recording

import (
	"errors"
	"log/slog"
	"time"
)

var (
	// ErrDiskFull ends a recording; what was written until then can be played.
	ErrDiskFull = errors.New("disk full")
	// ErrTooSlow ends a recording whose disk has not kept up for long.
	ErrTooSlow = errors.New("disk too slow")
)

// Options say how to record. The zero value makes one file.
type Options struct {
	// SplitTime and SplitSize begin a new file at the first key frame after so much time or so many bytes; 0 is never.
	// The second file of a.mp4 is "a 2.mp4".
	SplitTime time.Duration
	SplitSize int64
	// Titles names the tracks, in the order of the streams, "" for none. MPEG-TS has no place for them.
	Titles []string
	Log    *slog.Logger // told of warnings and repairs; nil discards
}
