package recording

import (
	"encoding/binary"
	"math"
)

// The elements of Matroska that a recording has (RFC 8794 section 11.2, RFC 9559 section 5).
const (
	idEBML           = 0x1A45DFA3
	idDocType        = 0x4282
	idDocTypeVersion = 0x4287
	idDocTypeRead    = 0x4285
	idSegment        = 0x18538067
	idSeekHead       = 0x114D9B74
	idSeek           = 0x4DBB
	idSeekID         = 0x53AB
	idSeekPosition   = 0x53AC
	idVoid           = 0xEC
	idInfo           = 0x1549A966
	idTimestampScale = 0x2AD7B1
	idDuration       = 0x4489
	idMuxingApp      = 0x4D80
	idWritingApp     = 0x5741
	idTracks         = 0x1654AE6B
	idTrackEntry     = 0xAE
	idTrackNumber    = 0xD7
	idTrackUID       = 0x73C5
	idTrackType      = 0x83
	idFlagLacing     = 0x9C
	idName           = 0x536E
	idDefaultTime    = 0x23E383
	idCodecID        = 0x86
	idCodecPrivate   = 0x63A2
	idVideo          = 0xE0
	idPixelWidth     = 0xB0
	idPixelHeight    = 0xBA
	idAudio          = 0xE1
	idSampleRate     = 0xB5
	idChannels       = 0x9F
	idCluster        = 0x1F43B675
	idTimestamp      = 0xE7
	idSimpleBlock    = 0xA3
	idCues           = 0x1C53BB6B
	idCuePoint       = 0xBB
	idCueTime        = 0xB3
	idCueTracks      = 0xB7
	idCueTrack       = 0xF7
	idCueCluster     = 0xF1

	idChapters        = 0x1043A770
	idEdition         = 0x45B9
	idChapterAtom     = 0xB6
	idChapterUID      = 0x73C4
	idChapterTime     = 0x91
	idChapterDisplay  = 0x80
	idChapterString   = 0x85
	idChapterLanguage = 0x437C
)

// voidLeast is how many bytes a void has at least.
const voidLeast = 5

// unknownSize is that of an element which lasts until the file ends, in eight bytes.
const unknownSize = 1<<56 - 1

// element returns an element. Its size has four bytes, which is enough for all but the segment.
func element(id uint32, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	b := binary.BigEndian.AppendUint32(appendID(nil, id), 1<<28|uint32(n))
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// segment returns the beginning of the segment, whose content follows.
func segment(size uint64) []byte {
	return binary.BigEndian.AppendUint64(appendID(nil, idSegment), 1<<56|size)
}

func appendID(b []byte, id uint32) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if id>>shift != 0 {
			b = append(b, byte(id>>shift))
		}
	}
	return b
}

// integer returns an element with a number, always in eight bytes, so that it can be replaced.
func integer(id uint32, n uint64) []byte { return element(id, binary.BigEndian.AppendUint64(nil, n)) }

func float(id uint32, f float64) []byte { return integer(id, math.Float64bits(f)) }

func text(id uint32, s string) []byte { return element(id, []byte(s)) }

// void returns an element of so many bytes, five at least, that means nothing.
func void(size int) []byte { return element(idVoid, make([]byte, size-voidLeast)) }
