package hls

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"

	"golive/encoder"
	"golive/internal/fanout"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// feedHLS makes HLS of the clip as fast as its past is remembered, and calls look after each picture and sound.
func feedHLS(t *testing.T, f *Feed, length time.Duration, look func()) {
	t.Helper()
	c, err := clip.New()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	begun := time.Now()
	for at := time.Duration(0); at < length; at += clip.Length {
		for _, pkt := range c.Packets {
			if pkt.Stream.Codec == encoder.Opus {
				continue
			}
			f.queue.Push(&fanout.Unit{Packet: pkt, PTS: at + pkt.PTS, Wall: begun.Add(at + pkt.PTS)})
			if pkt.Keyframe && pkt.Stream.Codec.Video() && at+pkt.PTS > time.Second {
				testrig.Eventually(t, "the past keeps up", func() bool { return keepsUp(f, 1) })
				look()
			}
		}
	}
	testrig.Eventually(t, "all is remembered", func() bool { return keepsUp(f, 0) })
}

// keepsUp says whether all is written that was sent, and remembered that can be but for so many segments: the newest one
// is told of with the first part of the next.
func keepsUp(f *Feed, but int) bool {
	waiting := f.queue.Len()
	for name := range f.past.tracks {
		list, err := f.muxerList(name, "")
		if err != nil || waiting > 0 {
			return false
		}
		newest := list.MediaSequence + len(list.Segments) - 1
		if old := newest - muxerSegments + takenEarly - but; old >= muxerSegments && f.past.lacks(name, old) {
			return false
		}
	}
	return true
}

func mustList(t *testing.T, f *Feed, name, query string) *playlist.Media {
	t.Helper()
	text, err := f.ask(t.Context(), f.handle, name, query, 0)
	list := &playlist.Media{}
	if err != nil || list.Unmarshal(text) != nil {
		t.Fatalf("%s?%s: %v\n%s", name, query, err, text)
	}
	return list
}

// TestHLSPast looks at what viewers can go back to: it grows up to its bounds and no further, its numbers never go back,
// and what is in it is what the muxer had.
func TestHLSPast(t *testing.T) {
	t.Parallel()
	c, err := clip.New()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	f, err := New(c.Streams, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	f.past.mu.Lock()
	f.past.size = 2 << 20
	f.past.mu.Unlock()
	original := map[string][]byte{}
	sequence, longest := 0, 0
	feedHLS(t, f, 40*time.Second, func() {
		for name := range f.past.tracks {
			list, err := f.muxerList(name, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range list.Segments {
				if _, ok := original[s.URI]; !ok && !s.Gap {
					if original[s.URI], err = f.ask(t.Context(), f.muxer.Handle, s.URI, "", 0); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		list := mustList(t, f, pictureList, "")
		if list.MediaSequence < sequence {
			t.Errorf("the list began with segment %d, now with %d", sequence, list.MediaSequence)
		}
		sequence, longest = list.MediaSequence, max(longest, len(list.Segments))
		f.past.mu.Lock()
		defer f.past.mu.Unlock()
		room := 0
		for _, file := range f.past.files {
			room += cap(file.data)
		}
		if f.past.bytes > f.past.size || room > f.past.bytes*9/8 {
			t.Errorf("%d bytes are kept, in %d", f.past.bytes, room)
		}
	})
	if longest < 2*muxerSegments || sequence < muxerSegments+10 {
		t.Errorf("%d segments at most, the first one is %d now", longest, sequence)
	}
	for name := range f.past.tracks {
		full, delta := mustList(t, f, name, "session=a"), mustList(t, f, name, "session=a&_HLS_skip=YES")
		for _, s := range full.Segments {
			uri, query, _ := strings.Cut(s.URI, "?")
			data, err := f.fetch(t.Context(), uri, 0)
			if err != nil || query != "session=a" || !bytes.Equal(data, original[uri]) {
				t.Errorf("%s: %d bytes, %v, were %d", s.URI, len(data), err, len(original[uri]))
			}
		}
		if delta.MediaSequence != full.MediaSequence || delta.Skip == nil ||
			delta.Skip.SkippedSegments+len(delta.Segments) != len(full.Segments) {
			t.Errorf("full: %d from %d; delta: %+v and %d from %d", len(full.Segments), full.MediaSequence, delta.Skip,
				len(delta.Segments), delta.MediaSequence)
		}
	}
}

// TestHLSPastMissed has a past that missed a segment: it begins anew, and what comes late stays out.
func TestHLSPastMissed(t *testing.T) {
	p := newPast(false)
	add := func(number int) {
		p.add(pictureList, number, &playlist.MediaSegment{URI: string(rune('a' + number))}, []byte("data"))
	}
	shown := func(sequence int) int {
		list := &playlist.Media{MediaSequence: sequence}
		if p.extend(pictureList, list, "") != (len(list.Segments) > 0) || list.MediaSequence != sequence-len(list.Segments) {
			t.Errorf("%+v", list)
		}
		return len(list.Segments)
	}
	add(7)
	add(8)
	if n := shown(9); n != 2 {
		t.Errorf("%d segments, want 2", n)
	}
	if n := shown(8); n != 1 {
		t.Errorf("%d segments before one that the muxer still has, want 1", n)
	}
	if n := shown(11); n != 0 || len(p.files) != 0 || p.bytes != 0 {
		t.Errorf("%d segments after a gap, %d files, %d bytes", n, len(p.files), p.bytes)
	}
	add(9)
	add(10)
	if n := shown(11); n != 0 {
		t.Errorf("%d segments that came too late", n)
	}
	add(11)
	add(13)
	add(14)
	if n := shown(15); n != 2 || p.bytes != 8 {
		t.Errorf("%d segments, want 2; %d bytes", n, p.bytes)
	}
}
