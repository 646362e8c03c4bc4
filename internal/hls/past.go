package hls

import (
	"slices"
	"sync"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
)

const (
	// muxerSegments is how many segments the muxer keeps. It wants no fewer, and should have no more: its buffers are up to
	// twice as large as what is in them, and up to as many old segments stay reachable.
	muxerSegments = 7
	// takenEarly is how many segments before the muxer forgets one it is taken.
	takenEarly = 3
	// The past that viewers can go back to is as much as fits in pastSize, pastSegments at most: two minutes of usual ones.
	pastSize     = 24 << 20 // bytes
	pastSegments = 60
)

// A past has the segments that the muxer no longer lists, each once and in as many bytes as it is long.
type past struct {
	size int // bytes, at most

	mu     sync.Mutex
	tracks map[string]*pastTrack // by the name of their playlists
	files  map[string]pastFile   // by name
	bytes  int
}

// A pastTrack has the old segments of the pictures or the sound. Their numbers have no gaps.
type pastTrack struct {
	kind  string // MIME type
	first int    // number of the first of list
	next  int    // number of the segment to take next
	list  []*playlist.MediaSegment
}

type pastFile struct {
	kind string // MIME type
	data []byte
}

func newPast(sound bool) *past {
	p := &past{
		size: pastSize, files: map[string]pastFile{},
		tracks: map[string]*pastTrack{pictureList: {kind: "video/mp4"}},
	}
	if sound {
		p.tracks[soundList] = &pastTrack{kind: "audio/mp4"}
	}
	return p
}

// lacks says whether a segment is to be taken.
func (p *past) lacks(name string, number int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return number >= p.tracks[name].next
}

// add takes a segment, and forgets the oldest ones that there is no room for.
func (p *past) add(name string, number int, s *playlist.MediaSegment, data []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tracks[name]
	if number < t.next {
		return
	}
	if number > t.next {
		p.forget(t, len(t.list))
		t.first = number
	}
	t.next = number + 1
	t.list = append(t.list, &playlist.MediaSegment{Duration: s.Duration, URI: s.URI})
	p.files[s.URI] = pastFile{t.kind, data}
	p.bytes += len(data)
	p.forget(t, max(0, len(t.list)-pastSegments))
	for p.bytes > p.size {
		p.forget(p.oldest(), 1)
	}
}

// oldest returns the track that goes back furthest. There is one when p.bytes is not 0; p.mu is held.
func (p *past) oldest() (oldest *pastTrack) {
	for _, t := range p.tracks {
		if len(t.list) > 0 && (oldest == nil || t.first < oldest.first) {
			oldest = t
		}
	}
	return oldest
}

// forget lets go of the first n segments. p.mu is held.
func (p *past) forget(t *pastTrack, n int) {
	for _, s := range t.list[:n] {
		p.bytes -= len(p.files[s.URI].data)
		delete(p.files, s.URI)
	}
	t.list = slices.Delete(t.list, 0, n)
	t.first += n
}

// file returns a segment.
func (p *past) file(name string) (pastFile, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	file, ok := p.files[name]
	return file, ok
}

// extend puts the past before a playlist of the muxer, whose addresses end in query, and says whether there was any.
func (p *past) extend(name string, list *playlist.Media, query string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tracks[name]
	if t.next < list.MediaSequence { // one was missed, and numbers must not go back later
		p.forget(t, len(t.list))
		t.first, t.next = list.MediaSequence, list.MediaSequence
	}
	old := t.list[:max(0, min(len(t.list), list.MediaSequence-t.first))]
	list.MediaSequence -= len(old)
	if list.Skip != nil {
		list.Skip.SkippedSegments += len(old)
		return len(old) > 0
	}
	all := make([]*playlist.MediaSegment, 0, len(old)+len(list.Segments))
	for _, s := range old {
		all = append(all, &playlist.MediaSegment{Duration: s.Duration, URI: s.URI + query})
	}
	list.Segments = append(all, list.Segments...)
	return len(old) > 0
}
