package hls

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"

	"golive/internal/refusal"
)

var errNoFile = refusal.New(http.StatusNotFound, "there is no such file in this stream, or no longer")

// A fetched is what the muxer answers to the server itself.
type fetched struct {
	header http.Header
	status int
	limit  int // bytes that are wanted; 0 is all
	bytes.Buffer
}

// Header implements http.ResponseWriter.
func (f *fetched) Header() http.Header { return f.header }

// WriteHeader implements http.ResponseWriter.
func (f *fetched) WriteHeader(status int) { f.status = status }

// Write implements http.ResponseWriter. It ends the answer when that is enough.
func (f *fetched) Write(p []byte) (int, error) {
	if f.limit > 0 {
		if left := f.limit - f.Len(); len(p) > left {
			n, _ := f.Buffer.Write(p[:left])
			return n, io.ErrShortWrite
		}
	}
	return f.Buffer.Write(p)
}

// fetch returns a file, or its first limit bytes. It waits for one that is announced.
func (f *Feed) fetch(ctx context.Context, file string, limit int) ([]byte, error) {
	return f.ask(ctx, f.handle, file, "", limit)
}

// ask returns what handle has under a name.
func (f *Feed) ask(ctx context.Context, handle http.HandlerFunc, file, query string, limit int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/" + file, RawQuery: query}}).WithContext(ctx)
	out := &fetched{header: http.Header{}, limit: limit}
	handle(out, r)
	if out.status != http.StatusOK {
		return nil, errNoFile
	}
	return out.Bytes(), nil
}

// playlist returns that of the pictures or the sound, as it is now.
func (f *Feed) playlist(ctx context.Context, kind string) (*playlist.Media, error) {
	name := pictureList
	if kind == "audio" {
		name = soundList
	}
	text, err := f.fetch(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	list := &playlist.Media{}
	if err := list.Unmarshal(text); err != nil {
		return nil, fmt.Errorf("hls: %w", err)
	}
	return list, nil
}

// variant returns what the main playlist says of the stream.
func (f *Feed) variant(ctx context.Context) (*playlist.MultivariantVariant, error) {
	text, err := f.fetch(ctx, mainList, 0)
	if err != nil {
		return nil, err
	}
	main := &playlist.Multivariant{}
	if err := main.Unmarshal(text); err != nil || len(main.Variants) == 0 {
		return nil, fmt.Errorf("hls: %w", err)
	}
	return main.Variants[0], nil
}
