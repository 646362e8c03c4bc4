package hls

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
)

const (
	dashDelay  = 1500 * time.Millisecond // between a picture and its being shown
	dashUpdate = time.Second             // between two looks at the manifest
	// dashDrift is how far the time of day of the media may be off the manifest's before that is corrected.
	dashDrift = 200 * time.Millisecond
)

// A dashFeed gives the segments of HLS to players of DASH: the live profile with low latency, whose newest segment is sent
// part by part as it is made. It asks the muxer of HLS what there is, as a player would.
type dashFeed struct {
	hls *Feed

	mu     sync.Mutex
	epoch  time.Time         // time of day of time 0 of the media
	starts map[string]uint64 // decode times of segments, by URI
}

// dashFile matches the names of segments, video-90000.m4s for the one that begins at 90000, and of what is before all.
var dashFile = regexp.MustCompile(`^(video|audio)-(?:([0-9]{1,18})\.m4s|init\.mp4)$`)

// ServeDASH answers a request whose pattern has {stream} and {file}: for the manifest, a segment, or the time of day. An error
// is for who asks, who was not answered then.
func (f *Feed) ServeDASH(w http.ResponseWriter, r *http.Request) error {
	switch name := r.PathValue("file"); {
	case name == "time":
		_, err := fmt.Fprintln(w, xmlTime(time.Now()))
		return err
	case name == "manifest.mpd":
		return f.dash.sendManifest(w, r)
	case dashFile.MatchString(name):
		part := dashFile.FindStringSubmatch(name)
		return f.dash.send(r.Context(), w, part[1], part[2])
	}
	return errNoFile
}

func xmlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (d *dashFeed) sendManifest(w http.ResponseWriter, r *http.Request) error {
	m, err := d.manifest(r)
	if err != nil {
		return err
	}
	out, err := xml.Marshal(m)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/dash+xml")
	_, _ = w.Write(append([]byte(xml.Header), out...))
	return nil
}

// manifest tells of the segments there are. The query of the request, which may have a token, goes with all addresses.
func (d *dashFeed) manifest(r *http.Request) (*mpd, error) {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	query := ""
	if r.URL.RawQuery != "" {
		query = "?" + strings.ReplaceAll(r.URL.RawQuery, "$", "%24") // which templates give a meaning to
	}
	m := &mpd{
		Profiles: "urn:mpeg:dash:profile:isoff-live:2011,http://www.dashif.org/guidelines/low-latency-live-v5",
		Type:     "dynamic", Published: xmlTime(time.Now()),
		Update: mpdTime(dashUpdate), Buffer: mpdTime(time.Second), Delay: mpdTime(dashDelay),
		Period: mpdPeriod{ID: "0"},
		Synchronized: []mpdDescriptor{{
			"urn:mpeg:dash:utc:http-xsdate:2014", scheme + r.Host + "/dash/" + r.PathValue("stream") + "/time" + query,
		}},
	}
	m.Description.Latency.Target = int(dashDelay.Milliseconds())
	m.Description.Latency.Min, m.Description.Latency.Max = 500, 6000
	m.Description.PlaybackRate.Min, m.Description.PlaybackRate.Max = 0.96, 1.04
	for _, kind := range []string{"video", "audio"} {
		track, err := d.track(r.Context(), kind)
		if err != nil {
			return nil, err
		} else if track == nil {
			continue // there is no sound
		}
		m.Period.Sets = append(m.Period.Sets, track.describe(query))
		if kind == "video" {
			m.Past = mpdTime(track.length())
			m.Start = xmlTime(d.begun(track))
		}
	}
	return m, nil
}

// begun returns the time of day of time 0 of the media. It is the same in all manifests, unless it has turned out to be
// wrong.
func (d *dashFeed) begun(l *dashTrack) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := l.epoch()
	if off := now.Sub(d.epoch); !now.IsZero() && off.Abs() > dashDrift {
		d.epoch = now
	}
	return d.epoch
}

// send sends what is before all segments, or the one that begins at start.
func (d *dashFeed) send(ctx context.Context, w http.ResponseWriter, kind, start string) error {
	track, err := d.track(ctx, kind)
	if err != nil || track == nil {
		return errNoFile
	}
	w.Header().Set("Content-Type", kind+"/mp4")
	if start == "" {
		header, err := d.hls.fetch(ctx, track.list.Map.URI, 0)
		_, _ = w.Write(header)
		return err
	}
	at, err := strconv.ParseUint(start, 10, 64)
	if n, ok := track.number(at); ok && err == nil {
		return d.sendSegment(ctx, w, kind, n)
	}
	return errNoFile
}

// sendSegment sends a segment by its number. One that is still being made is sent as it comes.
func (d *dashFeed) sendSegment(ctx context.Context, w http.ResponseWriter, kind string, n int) error {
	for sent := 0; ; {
		list, err := d.hls.playlist(ctx, kind)
		if err != nil {
			return begun(sent, err)
		}
		i := n - list.MediaSequence
		if i < 0 || i > len(list.Segments) || i < len(list.Segments) && list.Segments[i].Gap {
			return begun(sent, errNoFile)
		}
		if i < len(list.Segments) {
			whole, err := d.hls.fetch(ctx, list.Segments[i].URI, 0)
			if err == nil && sent <= len(whole) {
				_, err = w.Write(whole[sent:])
			}
			return begun(sent, err)
		}
		if sent, err = d.sendParts(ctx, w, list, sent); err != nil {
			return begun(sent, err)
		}
	}
}

// begun returns an error that can still be told: that of an answer of which nothing is sent.
func begun(sent int, err error) error {
	if sent > 0 {
		return nil
	}
	return err
}

// sendParts sends those parts of the newest segment that are behind the first bytes of it, and waits for another.
func (d *dashFeed) sendParts(ctx context.Context, w http.ResponseWriter, list *playlist.Media, sent int) (int, error) {
	at := 0
	for _, part := range list.Parts {
		body, err := d.hls.fetch(ctx, part.URI, 0)
		if err != nil {
			return sent, err
		}
		if at += len(body); at <= sent {
			continue
		}
		if _, err := w.Write(body); err != nil {
			return sent, err
		}
		sent = at
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		return sent, err
	}
	_, err := d.hls.fetch(ctx, list.PreloadHint.URI, 1) // which waits until it is there
	return sent, err
}
