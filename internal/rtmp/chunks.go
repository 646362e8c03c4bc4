package rtmp

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/bluenviron/gortmplib/pkg/message"
)

const (
	helloSize     = 1 + 2*1536 // C0, C1 and C2 (RTMP 1.0 section 5.2)
	standardChunk = 128        // bytes, until a Set Chunk Size message
	maxChunk      = 10 << 20
	maxAMF        = 64 << 10 // bytes of a message that the library decodes recursively
	maxHeld       = 16 << 20 // bytes that the library may have to keep of one connection's messages
)

var errChunk = errors.New("it does not send what publishers do")

// A chunkReader passes on what an RTMP client sends (RTMP 1.0 section 5.3), and refuses what the library would take at
// any cost: AMF as deep as a message is long, and large messages that are left unfinished on many chunk streams.
type chunkReader struct {
	in      *bufio.Reader
	pass    int // bytes to pass on before the next header
	hello   bool
	chunk   int // chunk size in bytes
	held    int // sum of the largest messages: the library lets go of a chunk only for a later one of its stream
	streams map[byte]*chunkStream
}

// A chunkStream is the state that the headers of its chunks build on.
type chunkStream struct {
	kind     message.Type
	length   int  // bytes of the current message
	got      int  // bytes of them, 0 between messages
	largest  int  // length of the largest message
	extended bool // chunks that go on with a message repeat the extended timestamp
}

func newChunkReader(in io.Reader) *chunkReader {
	return &chunkReader{in: bufio.NewReader(in), chunk: standardChunk, streams: map[byte]*chunkStream{}}
}

// Read implements io.Reader.
func (r *chunkReader) Read(p []byte) (int, error) {
	if r.pass == 0 {
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	n, err := r.in.Read(p[:min(len(p), r.pass)])
	r.pass -= n
	return n, err
}

// next looks at what comes after the last chunk.
func (r *chunkReader) next() error {
	first, err := r.in.Peek(1)
	if err != nil {
		return err
	}
	if !r.hello {
		r.hello, r.pass = true, helloSize
		if first[0] != 3 {
			return fmt.Errorf("%w: this is not plain RTMP, version 3", errChunk)
		}
		return nil
	}
	format, id := first[0]>>6, first[0]&0x3f
	st := r.streams[id]
	switch {
	case id < 2:
		return fmt.Errorf("%w: a chunk stream id above 63", errChunk)
	case st == nil && format != 0:
		return fmt.Errorf("%w: a chunk that lacks the header it builds on", errChunk)
	case st == nil:
		st = &chunkStream{}
		r.streams[id] = st
	case st.got > 0 && format != 3:
		return fmt.Errorf("%w: a message inside another of its chunk stream", errChunk)
	}
	return r.take(st, format)
}

// take follows one chunk of st.
func (r *chunkReader) take(st *chunkStream, format byte) error {
	header, err := r.header(st, format)
	if err != nil {
		return err
	}
	if st.got == 0 {
		if err := r.begin(st, header); err != nil {
			return err
		}
	}
	body := min(st.length-st.got, r.chunk)
	r.pass = header + body
	if st.got += body; st.got == st.length {
		st.got = 0
	}
	return nil
}

// header reads a chunk header (section 5.3.1) into st, and returns its size.
func (r *chunkReader) header(st *chunkStream, format byte) (int, error) {
	size := [4]int{12, 8, 4, 1}[format]
	b, err := r.in.Peek(size)
	if err != nil {
		return 0, err
	}
	if format == 3 {
		if st.extended {
			size += 4
		}
		return size, nil
	}
	if format < 2 {
		st.length, st.kind = uint24(b[4:]), message.Type(b[7])
	}
	st.extended = false
	if uint24(b[1:]) == 0xffffff {
		if b, err = r.in.Peek(size + 4); err != nil {
			return 0, err
		}
		st.extended = binary.BigEndian.Uint32(b[size:]) >= 0xffffff // as the library has it
		size += 4
	}
	return size, nil
}

func uint24(b []byte) int { return int(b[0])<<16 | int(b[1])<<8 | int(b[2]) }

// begin judges a message by its first chunk, whose header is as long as said.
func (r *chunkReader) begin(st *chunkStream, header int) error {
	if grown := st.length - st.largest; grown > 0 {
		r.held, st.largest = r.held+grown, st.length
	}
	if r.held > maxHeld {
		return fmt.Errorf("%w: messages of more than %d MiB at a time", errChunk, maxHeld>>20)
	}
	amf := false
	switch st.kind {
	case message.TypeDataAMF3, message.TypeCommandAMF3, message.TypeDataAMF0, message.TypeCommandAMF0:
		amf = true
	case message.TypeVideo:
		b, err := r.in.Peek(header + min(st.length, 1))
		if err != nil {
			return err
		}
		amf = st.length > 0 && b[header]&0x80 != 0 && message.VideoExType(b[header]&0x0f) == message.VideoExTypeMetadata
	case message.TypeSetChunkSize, message.TypeAbortMessage:
		return r.control(st, header)
	}
	if amf && st.length > maxAMF {
		return fmt.Errorf("%w: %d bytes of AMF in a message, %d at most", errChunk, st.length, maxAMF)
	}
	return nil
}

// control follows a message that changes how chunks are read (sections 5.4.1 and 5.4.2); its body is all in one chunk.
func (r *chunkReader) control(st *chunkStream, header int) error {
	if st.length != 4 {
		return fmt.Errorf("%w: a control message of %d bytes", errChunk, st.length)
	}
	b, err := r.in.Peek(header + 4)
	if err != nil {
		return err
	}
	value := binary.BigEndian.Uint32(b[header:])
	if st.kind == message.TypeAbortMessage {
		if other := r.streams[byte(min(value, 255))]; other != nil && other.got > 0 {
			other.length, other.got = 0, 0
		}
		return nil
	}
	if value < standardChunk || value > maxChunk {
		return fmt.Errorf("%w: a chunk size of %d bytes", errChunk, value)
	}
	r.chunk = int(value)
	return nil
}
