package recording

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"
)

const (
	// maxChapters is how many the list of an MP4 can count.
	maxChapters = 255
	// maxTitle bounds a title, in bytes, whose length the list has in one.
	maxTitle = 255
)

// A chapter is a place of a recording that a person has marked.
type chapter struct {
	at    time.Duration // from the beginning of its file; on the way there, the DTS of the packet before it
	title string
}

// chapterList returns the chpl box in a udta box: the list of chapters that players read, by whoever it was invented.
func chapterList(chapters []chapter) []byte {
	if len(chapters) == 0 {
		return nil
	}
	b := append(be32(nil, 1<<24, 0), byte(len(chapters))) // version 1
	for _, c := range chapters {
		b = binary.BigEndian.AppendUint64(b, uint64(c.at/100)) // units of 100 ns
		b = append(append(b, byte(len(c.title))), c.title...)
	}
	return box("udta", box("chpl", b))
}

// chapterMark begins the content of a free box that holds a chapter while an MP4 is not finished.
const chapterMark = "golive chapter "

// chapterPiece returns such a box.
func chapterPiece(c chapter) []byte {
	return box("free", append(binary.BigEndian.AppendUint64([]byte(chapterMark), uint64(c.at)), c.title...))
}

// chapterIn returns the chapter of such a box.
func chapterIn(piece []byte) (c chapter, is bool) {
	head := be32(nil, uint32(len(piece)))
	rest, is := bytes.CutPrefix(piece, append(append(head, "free"...), chapterMark...))
	if !is || len(rest) < 8 || len(rest) > 8+maxTitle {
		return c, false
	}
	at := time.Duration(binary.BigEndian.Uint64(rest))
	return chapter{max(0, at), string(rest[8:])}, true
}

// chapterElement returns the chapters of a Matroska file (RFC 9559 section 5.1.7).
func chapterElement(chapters []chapter) []byte {
	if len(chapters) == 0 {
		return nil
	}
	edition := [][]byte{}
	for i, c := range chapters {
		edition = append(edition, element(idChapterAtom, integer(idChapterUID, uint64(i+1)), integer(idChapterTime, uint64(c.at)),
			element(idChapterDisplay, text(idChapterString, c.title), text(idChapterLanguage, "und"))))
	}
	return element(idChapters, element(idEdition, slices.Concat(edition...)))
}
