package intake

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"

	"golive/encoder"
)

// A rtmpReceiver turns the messages of one RTMP publisher into packets.
type rtmpReceiver struct {
	reader gortmplib.Reader
	in     *Intake
	clock  rtmpClock
	err    error // of the last packet
}

// rtmpWrap is after how long the time stamps of RTMP begin again (RTMP 1.0 section 5.3.1.3).
const rtmpWrap = (1 << 32) * time.Millisecond

// An rtmpClock goes on where they do.
type rtmpClock struct {
	begun bool
	last  time.Duration
	round time.Duration // wraps so far
}

// time returns the time that the time stamp of a message means.
func (c *rtmpClock) time(stamp time.Duration) time.Duration {
	switch gone := stamp - c.last; {
	case !c.begun:
		c.begun = true
	case gone < -rtmpWrap/2:
		c.round += rtmpWrap
	case gone > rtmpWrap/2: // the other track is late
		c.round -= rtmpWrap
	}
	c.last = stamp
	return c.round + stamp
}

// ReadRTMP takes in what a publisher sends by RTMP, until that ends. begun is called when it is known what comes. The error
// is never nil.
func (in *Intake) ReadRTMP(conn gortmplib.Conn, begun func()) error {
	r := &rtmpReceiver{reader: gortmplib.Reader{Conn: conn}, in: in}
	if err := r.reader.Initialize(); err != nil {
		return fmt.Errorf("tracks: %w", err)
	}
	begun()
	for _, track := range r.reader.Tracks() {
		if err := r.take(track); err != nil {
			return err
		}
	}
	if !r.in.carries(true) {
		return ErrNoPicture
	}
	if r.in.pictures().Extradata != nil {
		if err := r.in.begin(); err != nil {
			return err
		}
	}
	for {
		if err := errors.Join(r.reader.Read(), r.err); err != nil {
			return err
		}
	}
}

// take begins to receive a track.
func (r *rtmpReceiver) take(track *gortmplib.Track) error {
	st, err := streamOf(track)
	if err != nil {
		return err
	}
	if err := r.in.Add(st); err != nil {
		return err
	}
	sound := func(pts time.Duration, data []byte) { r.note(r.in.sound(st, r.clock.time(pts), data)) }
	picture := func(pts, dts time.Duration, au [][]byte) {
		at := r.clock.time(dts)
		r.note(r.in.Picture(at+pts-dts, at, au))
	}
	switch st.Codec {
	case encoder.H264:
		r.reader.OnDataH264(track, picture)
	case encoder.HEVC:
		r.reader.OnDataH265(track, picture)
	case encoder.AV1:
		r.reader.OnDataAV1(track, func(pts time.Duration, tu [][]byte) { picture(pts, pts, tu) })
	case encoder.AAC:
		r.reader.OnDataMPEG4Audio(track, sound)
	case encoder.Opus:
		r.reader.OnDataOpus(track, sound)
	}
	return nil
}

// note keeps an error for receive: the callbacks of the library return none.
func (r *rtmpReceiver) note(err error) {
	if err != nil {
		r.err = err
	}
}

// streamOf describes a track, or says that it is not carried.
func streamOf(track *gortmplib.Track) (*encoder.Stream, error) {
	switch c := track.Codec.(type) {
	case *codecs.H264:
		return describeH264([][]byte{c.SPS, c.PPS})
	case *codecs.H265:
		return describeHEVC([][]byte{c.VPS, c.SPS, c.PPS})
	case *codecs.AV1:
		return &encoder.Stream{Codec: encoder.AV1}, nil // it says more with its first key frame
	case *codecs.MPEG4Audio:
		return describeAAC(c.Config)
	case *codecs.Opus:
		return DescribeOpus(int(c.IDHeader.ChannelCount))
	}
	return nil, fmt.Errorf("%s is not carried: send H.264, HEVC or AV1 with AAC or Opus", codecName(track.Codec))
}

// codecName returns the name of a library's codec: its type without the package.
func codecName(codec any) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", codec), ".")
	return name
}
