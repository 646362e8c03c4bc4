package intake

import (
	"fmt"
	"io"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts/codecs"

	"golive/capture"
	"golive/encoder"
	"golive/internal/fanout"
)

// A transportReceiver turns the MPEG transport stream of one publisher into packets.
type transportReceiver struct {
	in     *Intake
	reader mpegts.Reader
	clock  mpegts.TimeDecoder // of 33 bits
}

// ReadTransportStream takes in the MPEG transport stream that it reads from conn, until that ends. The error is never nil.
func (in *Intake) ReadTransportStream(conn io.Reader) error {
	r := &transportReceiver{in: in}
	r.reader.R = newTransportReader(conn)
	if err := r.reader.Initialize(); err != nil {
		return fmt.Errorf("transport stream: %w", err)
	}
	r.clock.Initialize()
	for _, track := range r.reader.Tracks() {
		if err := r.take(track); err != nil {
			return err
		}
	}
	if !r.in.carries(true) {
		return ErrNoPicture
	}
	for {
		if err := r.reader.Read(); err != nil {
			return err
		}
	}
}

// take begins to receive a track. What is neither picture nor sound is left out.
func (r *transportReceiver) take(track *mpegts.Track) error {
	switch c := track.Codec.(type) {
	case *codecs.H264:
		r.reader.OnDataH264(track, r.picture)
		return r.in.Add(&encoder.Stream{Codec: encoder.H264})
	case *codecs.H265:
		r.reader.OnDataH265(track, r.picture)
		return r.in.Add(&encoder.Stream{Codec: encoder.HEVC})
	case *codecs.MPEG4Audio:
		return r.takeAAC(track, &c.Config)
	case *codecs.Opus:
		return r.takeOpus(track, c.Desc.ChannelCount())
	case *codecs.KLV, *codecs.DVBSubtitle:
		return nil
	}
	return fmt.Errorf("%s is not carried: send H.264 or HEVC with AAC or Opus", codecName(track.Codec))
}

func (r *transportReceiver) picture(pts, dts int64, au [][]byte) error {
	at := r.time(dts)
	return r.in.Picture(at+capture.Duration(pts-dts, fanout.VideoClock), at, au)
}

func (r *transportReceiver) takeAAC(track *mpegts.Track, config *mpeg4audio.AudioSpecificConfig) error {
	st, err := describeAAC(config)
	if err != nil {
		return err
	}
	r.reader.OnDataMPEG4Audio(track, func(pts int64, frames [][]byte) error {
		at := r.time(pts)
		for i, frame := range frames {
			after := capture.Duration(int64(i*mpeg4audio.SamplesPerAccessUnit), capture.Rational{Num: st.SampleRate, Den: 1})
			if err := r.in.sound(st, at+after, frame); err != nil {
				return err
			}
		}
		return nil
	})
	return r.in.Add(st)
}

func (r *transportReceiver) takeOpus(track *mpegts.Track, channels int) error {
	st, err := DescribeOpus(channels)
	if err != nil {
		return err
	}
	r.reader.OnDataOpus(track, func(pts int64, frames [][]byte) error {
		at := r.time(pts)
		for _, frame := range frames {
			if err := r.in.sound(st, at, frame); err != nil {
				return err
			}
			at += capture.Duration(opus.PacketDuration2(frame), fanout.AudioClock)
		}
		return nil
	})
	return r.in.Add(st)
}

// time returns a time stamp of the stream, counted from its first.
func (r *transportReceiver) time(ticks int64) time.Duration {
	return capture.Duration(r.clock.Decode(ticks), fanout.VideoClock)
}
