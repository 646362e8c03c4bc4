package hls

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bluenviron/gohlslib/v2/pkg/playlist"
)

const (
	// segmentHead is how much of a segment is read for its decode time, in bytes.
	segmentHead = 4 << 10
	// dashGuess is how far the time of a segment that is to come may be off.
	dashGuess = 100 * time.Millisecond
)

var errFragment = errors.New("the segment does not say when it begins")

// A dashTrack is the pictures or the sound of a stream, as a manifest tells of it.
type dashTrack struct {
	kind      string // video or audio
	timescale int
	codec     string
	variant   *playlist.MultivariantVariant
	list      *playlist.Media
	first     int    // number of the first segment
	timeline  []mpdS // with the one that is being made
}

// track returns the pictures or the sound as they are now; nil when there is none.
func (d *dashFeed) track(ctx context.Context, kind string) (*dashTrack, error) {
	l := &dashTrack{kind: kind, timescale: d.hls.video.ClockRate}
	if kind == "audio" {
		if d.hls.audio == nil {
			return nil, nil
		}
		l.timescale = d.hls.audio.ClockRate
	}
	var err error
	if l.list, err = d.hls.playlist(ctx, kind); err != nil {
		return nil, err
	}
	if l.variant, err = d.hls.variant(ctx); err != nil {
		return nil, err
	}
	for _, codec := range l.variant.Codecs {
		if sound := strings.HasPrefix(codec, "mp4a.") || codec == "opus"; sound == (kind == "audio") {
			l.codec = codec
		}
	}
	return l, d.measure(ctx, l)
}

// measure finds out when the segments begin and end.
func (d *dashFeed) measure(ctx context.Context, l *dashTrack) error {
	known := map[string]uint64{}
	var starts []uint64
	for i, segment := range l.list.Segments {
		if segment.Gap {
			continue
		}
		start, err := d.start(ctx, segment.URI)
		if err != nil {
			return err
		}
		if len(starts) == 0 {
			l.first = l.list.MediaSequence + i
		}
		known[segment.URI] = start
		starts = append(starts, start)
	}
	if len(starts) == 0 {
		return errNoFile
	}
	for i := 1; i < len(starts); i++ {
		l.timeline = append(l.timeline, mpdS{starts[i-1], starts[i] - starts[i-1]})
	}
	last := mpdS{starts[len(starts)-1], l.ticks(l.list.Segments[len(l.list.Segments)-1].Duration)}
	open := mpdS{last.T + last.D, last.D}
	if len(l.list.Parts) > 0 {
		if start, err := d.start(ctx, l.list.Parts[0].URI); err == nil {
			known[l.list.Parts[0].URI] = start
			last.D, open.T = start-last.T, start
		}
	}
	l.timeline = append(l.timeline, last, open)
	d.mu.Lock()
	defer d.mu.Unlock()
	for uri, start := range d.starts {
		if strings.Contains(uri, "_"+l.kind) != strings.Contains(l.list.Segments[0].URI, "_"+l.kind) {
			known[uri] = start
		}
	}
	d.starts = known
	return nil
}

// start returns the decode time of a segment or part.
func (d *dashFeed) start(ctx context.Context, uri string) (uint64, error) {
	d.mu.Lock()
	start, ok := d.starts[uri]
	d.mu.Unlock()
	if ok {
		return start, nil
	}
	head, err := d.hls.fetch(ctx, uri, segmentHead)
	if err != nil {
		return 0, err
	}
	return DecodeTime(head)
}

func (l *dashTrack) ticks(d time.Duration) uint64 {
	return uint64(d.Seconds()*float64(l.timescale) + 0.5)
}

func (l *dashTrack) duration(ticks uint64) time.Duration {
	return time.Duration(float64(ticks) / float64(l.timescale) * float64(time.Second))
}

// number returns that of the segment that begins at start, or nearly so: the time of one that is being made is a guess at
// first.
func (l *dashTrack) number(start uint64) (int, bool) {
	for i, s := range l.timeline {
		if max(s.T, start)-min(s.T, start) <= l.ticks(dashGuess) {
			return l.first + i, true
		}
	}
	return 0, false
}

// length returns how much there is to go back to.
func (l *dashTrack) length() time.Duration {
	end := l.timeline[len(l.timeline)-1]
	return l.duration(end.T + end.D - l.timeline[0].T)
}

// epoch returns the time of day of time 0, the zero time when it is not told.
func (l *dashTrack) epoch() time.Time {
	for i, segment := range l.list.Segments {
		if n := l.list.MediaSequence + i - l.first; segment.DateTime != nil && n >= 0 {
			return segment.DateTime.Add(-l.duration(l.timeline[n].T))
		}
	}
	return time.Time{}
}

// describe returns the set of the manifest, with what goes behind all addresses.
func (l *dashTrack) describe(query string) mpdSet {
	open := l.timeline[len(l.timeline)-1]
	r := mpdRepresentation{
		ID: l.kind, Bandwidth: l.variant.Bandwidth, Codecs: l.codec,
		Template: mpdTemplate{
			Timescale: l.timescale, Timeline: l.timeline,
			Init: l.kind + "-init.mp4" + query, Media: l.kind + "-$Time$.m4s" + query,
			Offset: max(0, (l.duration(open.D) - partLength).Seconds()),
		},
	}
	if l.kind == "video" {
		width, height, _ := strings.Cut(l.variant.Resolution, "x")
		r.Width, _ = strconv.Atoi(width)
		r.Height, _ = strconv.Atoi(height)
	} else {
		r.Bandwidth, r.SampleRate = 128_000, l.timescale
		r.Channels = &mpdDescriptor{"urn:mpeg:dash:23003:3:audio_channel_configuration:2011", "2"}
	}
	return mpdSet{ContentType: l.kind, MimeType: l.kind + "/mp4", Aligned: true, SAP: 1, Representation: r}
}

// DecodeTime returns the time of the first track fragment of a segment (ISO 14496-12 section 8.8.12), whose beginning is
// enough.
func DecodeTime(b []byte) (uint64, error) {
	for len(b) >= 8 {
		n, kind := int(binary.BigEndian.Uint32(b)), string(b[4:8])
		switch {
		case kind == "moof", kind == "traf":
			b = b[8:]
			continue
		case kind == "tfdt" && len(b) >= 20 && b[8] == 1:
			return binary.BigEndian.Uint64(b[12:]), nil
		case kind == "tfdt" && len(b) >= 16 && b[8] == 0:
			return uint64(binary.BigEndian.Uint32(b[12:])), nil
		case n < 8 || n > len(b):
			return 0, errFragment
		}
		b = b[n:]
	}
	return 0, errFragment
}
