package hls

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"

	"golive/internal/refusal"
)

// The names that the muxer gives to the playlists.
const (
	mainList    = "index.m3u8"
	pictureList = "video1_stream.m3u8"
	soundList   = "audio2_stream.m3u8"
)

// handle answers with what the muxer has, and with what it had. It leaves what neither knows without an answer.
func (f *Feed) handle(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	if file, ok := f.past.file(name); ok {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("Content-Type", file.kind)
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(file.data)
		return
	}
	if _, ok := f.past.tracks[name]; !ok {
		f.muxer.Handle(w, r)
		return
	}
	out := &fetched{header: w.Header()}
	f.muxer.Handle(out, r)
	text := out.Bytes()
	if out.status == http.StatusOK {
		text = f.withPast(name, text)
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(text)
}

// withPast returns a playlist of the muxer with the past before it.
func (f *Feed) withPast(name string, text []byte) []byte {
	list := &playlist.Media{}
	if list.Unmarshal(text) != nil || len(list.Segments) == 0 {
		return text
	}
	_, query, asked := strings.Cut(list.Segments[len(list.Segments)-1].URI, "?")
	if asked {
		query = "?" + query
	}
	if !f.past.extend(name, list, query) {
		return text
	}
	if all, err := list.Marshal(); err == nil {
		return all
	}
	return text
}

// remember hands the old segments of a track to the past, until the muxer is closed. It asks as a player would: for the
// playlist as soon as one more segment is complete.
func (f *Feed) remember(name string) {
	for query := ""; ; {
		list, err := f.muxerList(name, query)
		if err != nil && query == "" {
			return
		} else if err != nil {
			query = "" // it is too late to ask for that number
			continue
		}
		query = fmt.Sprint("_HLS_msn=", list.MediaSequence+len(list.Segments)+1)
		for i := range max(0, len(list.Segments)-muxerSegments+takenEarly) {
			number, s := list.MediaSequence+i, list.Segments[i]
			if s.Gap || !f.past.lacks(name, number) {
				continue
			}
			data, err := f.ask(context.Background(), f.muxer.Handle, s.URI, "", 0)
			if err != nil {
				break // it is gone, and the past begins anew
			}
			f.past.add(name, number, s, bytes.Clone(data)) // the buffer it was read into is larger
		}
	}
}

// muxerList returns the playlist of the muxer itself.
func (f *Feed) muxerList(name, query string) (*playlist.Media, error) {
	text, err := f.ask(context.Background(), f.muxer.Handle, name, query, 0)
	if err != nil {
		return nil, err
	}
	list := &playlist.Media{}
	return list, list.Unmarshal(text)
}

// ServeHLS answers a request for a playlist, a segment or a part, whose name ends its path.
func (f *Feed) ServeHLS(w http.ResponseWriter, r *http.Request) { serveFiles(f.handle, w, r) }

// serveFiles answers with what handle has.
func serveFiles(handle http.HandlerFunc, w http.ResponseWriter, r *http.Request) {
	out := &answered{ResponseWriter: w}
	handle(out, r)
	if !out.yes {
		refusal.Answer(w, errNoFile)
	}
}

// answered notes whether a response was begun: muxers leave paths that they do not know without one.
type answered struct {
	http.ResponseWriter
	yes bool
}

func (a *answered) WriteHeader(status int) {
	a.yes = true
	a.ResponseWriter.WriteHeader(status)
}
