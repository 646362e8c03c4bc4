package rtmp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib/pkg/bytecounter"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/gortmplib/pkg/rawmessage"

	"golive/internal/testrig"
)

// TestChunksPass writes messages as a publisher does, and reads them back behind the chunkReader.
func TestChunksPass(t *testing.T) {
	var wire bytes.Buffer
	wire.Write(testrig.RTMPHello())
	counted := bytecounter.NewReadWriter(&wire)
	w := rawmessage.NewWriter(counted, counted.Writer, false)
	var sent []*rawmessage.Message
	say := func(id byte, kind message.Type, at time.Duration, body []byte) {
		t.Helper()
		m := &rawmessage.Message{ChunkStreamID: id, Type: uint8(kind), Timestamp: at, MessageStreamID: 1, Body: body}
		if err := w.Write(m); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, m)
	}
	const late = 0x1000000 * time.Millisecond // needs the extended timestamp
	for i, at := range []time.Duration{0, 40 * time.Millisecond, late, late + 40*time.Millisecond, 3 * late} {
		say(6, message.TypeVideo, at, bytes.Repeat([]byte{0x17}, 100_000+i))
		say(4, message.TypeAudio, at, bytes.Repeat([]byte{0xaf}, 300))
		say(4, message.TypeAudio, at+time.Millisecond, bytes.Repeat([]byte{0xaf}, 300))
		say(4, message.TypeAudio, at+2*time.Millisecond, bytes.Repeat([]byte{0xaf}, 300))
		say(3, message.TypeDataAMF0, at, bytes.Repeat([]byte{5}, maxAMF))
		say(4, message.TypeAudio, at+3*time.Millisecond, nil)
		say(2, message.TypeSetChunkSize, at, binary.BigEndian.AppendUint32(nil, uint32(200*(i+1))))
		w.SetChunkSize(uint32(200 * (i + 1)))
	}
	in := newChunkReader(&wire)
	if _, err := io.CopyN(io.Discard, in, helloSize); err != nil {
		t.Fatal(err)
	}
	r := rawmessage.NewReader(in, bytecounter.NewReader(in), nil)
	for i, want := range sent {
		got, err := r.Read()
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if got.Type != want.Type || !bytes.Equal(got.Body, want.Body) {
			t.Fatalf("message %d: type %d of %d bytes, want %d of %d", i, got.Type, len(got.Body), want.Type, len(want.Body))
		}
		if message.Type(got.Type) == message.TypeSetChunkSize {
			if err := r.SetChunkSize(binary.BigEndian.Uint32(got.Body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestChunksRefused(t *testing.T) {
	body := make([]byte, standardChunk)
	video := func(first byte, length int) []byte {
		return testrig.RTMPChunk(6, message.TypeVideo, 0, length, append([]byte{first}, body[1:]...))
	}
	var flood []byte
	for id := byte(3); id < 10; id++ { // an unfinished message on each of many chunk streams
		flood = append(flood, testrig.RTMPChunk(id, message.TypeAudio, 0, 4<<20, body)...)
	}
	goOn := append([]byte{0xc0 | 6}, body...)
	for _, tt := range []struct {
		name string
		sent []byte
		ok   bool
	}{
		{"AMF 0 command", testrig.RTMPChunk(3, message.TypeCommandAMF0, 0, maxAMF+1, body), false},
		{"AMF 0 data", testrig.RTMPChunk(3, message.TypeDataAMF0, 0, maxAMF+1, body), false},
		{"AMF 3 command", testrig.RTMPChunk(3, message.TypeCommandAMF3, 0, maxAMF+1, body), false},
		{"AMF 3 data", testrig.RTMPChunk(3, message.TypeDataAMF3, 0, maxAMF+1, body), false},
		{"the most AMF", testrig.RTMPChunk(3, message.TypeDataAMF0, 0, maxAMF, body), true},
		{"video metadata", video(0x80|byte(message.VideoExTypeMetadata), maxAMF+1), false},
		{"video", video(0x80|byte(message.VideoExTypeCodedFrames), maxAMF+1), true},
		{"a later message of AMF", slices.Concat(testrig.RTMPChunk(6, message.TypeVideo, 0, 1, []byte{0x17}),
			[]byte{0x40 | 6, 0, 0, 0, 1, 0, 1, byte(message.TypeDataAMF0)}, body), false},
		{"metadata with an inherited header", slices.Concat(video(0x17, maxAMF+1), bytes.Repeat(goOn, maxAMF/standardChunk-1),
			[]byte{0xc0 | 6, 0, 0xc0 | 6, 0x80 | byte(message.VideoExTypeMetadata)}), false},
		{"many unfinished messages", flood, false},
		{"some unfinished messages", flood[:4*(12+standardChunk)], true},
		{"a large chunk stream id", []byte{0, 0}, false},
		{"no header to build on", []byte{0x40 | 5}, false},
		{"a message inside another", slices.Concat(video(0x17, 1000), video(0x17, 1000)), false},
		{"an aborted message", slices.Concat(video(0x17, 1000), testrig.RTMPControl(message.TypeAbortMessage, 6), video(0x17, 1000)), true},
		{"an abort of nothing", testrig.RTMPControl(message.TypeAbortMessage, 1<<31), true},
		{"a tiny chunk size", testrig.RTMPControl(message.TypeSetChunkSize, 1), false},
		{"a huge chunk size", testrig.RTMPControl(message.TypeSetChunkSize, 1<<30), false},
		{"a short control message", testrig.RTMPChunk(2, message.TypeSetChunkSize, 0, 3, body[:3]), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := io.Copy(io.Discard, newChunkReader(bytes.NewReader(slices.Concat(testrig.RTMPHello(), tt.sent))))
			if tt.ok != (err == nil) || err != nil && !errors.Is(err, errChunk) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := io.Copy(io.Discard, newChunkReader(bytes.NewReader([]byte{6}))); !errors.Is(err, errChunk) {
		t.Errorf("encrypted RTMP: %v", err)
	}
}

// FuzzChunks compares with the library: a message that it reads of what is let through must keep to the bounds.
func FuzzChunks(f *testing.F) {
	body := make([]byte, standardChunk)
	f.Add(slices.Concat(testrig.RTMPChunk(6, message.TypeVideo, 0, 200, body), []byte{0xc0 | 6}, body[:72]))
	f.Add(slices.Concat(testrig.RTMPControl(message.TypeSetChunkSize, 4096), testrig.RTMPChunk(6, message.TypeVideo, 1<<24, 200, body)))
	f.Add(testrig.RTMPChunk(3, message.TypeDataAMF0, 0xffffff, 100, body[:100]))
	f.Fuzz(func(t *testing.T, sent []byte) {
		in := newChunkReader(bytes.NewReader(slices.Concat(testrig.RTMPHello(), sent)))
		if _, err := io.CopyN(io.Discard, in, helloSize); err != nil {
			t.Fatal(err)
		}
		r := rawmessage.NewReader(in, bytecounter.NewReader(in), nil)
		for {
			m, err := r.Read()
			if err != nil {
				return
			}
			switch kind := message.Type(m.Type); {
			case len(m.Body) > maxHeld, kind == message.TypeDataAMF0 && len(m.Body) > maxAMF:
				t.Fatalf("type %d of %d bytes", kind, len(m.Body))
			case kind == message.TypeSetChunkSize:
				value := binary.BigEndian.Uint32(m.Body)
				if err := r.SetChunkSize(value); err != nil || int(value) != in.chunk {
					t.Fatalf("chunk size %d, followed as %d: %v", value, in.chunk, err)
				}
			case kind == message.TypeAbortMessage:
				r.AbortChunkStream(binary.BigEndian.Uint32(m.Body))
			}
		}
	})
}
