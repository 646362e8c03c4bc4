package publish

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/amf0"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/gortmplib/pkg/message"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/mpeg4audio"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"

	"golive/encoder"
	"golive/secret"
)

// rtmp is a destination on an RTMP or RTMPS server.
type rtmp struct {
	name    string        // the address without the stream name: fit to be seen
	app     *url.URL      // the address of the application
	stream  secret.Secret // the stream name, which is the key
	service Service
	sound   encoder.Codec // what it is to be sent; "" is AAC
	user    *url.Userinfo // for Adobe's authentication, or nil
	moved   atomic.Pointer[url.URL]
	roots   *x509.CertPool // whom RTMPS trusts; nil is the system's choice
}

// Protocol implements Destination.
func (r *rtmp) Protocol() string { return r.app.Scheme }

// Codecs implements Destination. HEVC and AV1, by Enhanced RTMP, are for services that are known to take them, and for
// servers that are not known. So is Opus, for who chooses it, with AAC behind it for a server that says it takes none.
func (r *rtmp) Codecs() (video, audio []encoder.Codec) {
	if r.sound == encoder.Opus {
		audio = append(audio, encoder.Opus)
	}
	return r.service.Video, append(audio, encoder.AAC)
}

// with returns the destination as one that is sent the sound in a codec. Errors: ErrAudioCodec.
func (r *rtmp) with(sound encoder.Codec) (Destination, error) {
	if !slices.Contains(r.service.Audio, sound) {
		return nil, fmt.Errorf("%w: %s takes %s, not %s", ErrAudioCodec, r.service.Name, list(r.service.Audio), sound)
	}
	return &rtmp{name: r.name, app: r.app, stream: r.stream, service: r.service, sound: sound, user: r.user, roots: r.roots}, nil
}

// String returns the address without the key.
func (r *rtmp) String() string { return r.name }

// Format implements fmt.Formatter, so that no verb shows the key.
func (r *rtmp) Format(f fmt.State, _ rune) { io.WriteString(f, r.name) }

// Dial implements Destination.
func (r *rtmp) Dial(ctx context.Context, streams []*encoder.Stream, fb Feedback) (Output, error) {
	tracks, err := newRTMPTracks(streams)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.name, err)
	}
	o := &rtmpOutput{dest: r, streams: streams, tracks: tracks, feedback: fb}
	if err := o.connect(ctx); err != nil {
		if o.wire != nil {
			o.wire.Close()
		}
		return nil, r.explain(ctx, err, o)
	}
	return o, nil
}

// rtmpTracks are gortmplib's names for our streams, of which each has another codec.
type rtmpTracks map[encoder.Codec]*gortmplib.Track

func newRTMPTracks(streams []*encoder.Stream) (rtmpTracks, error) {
	tracks := rtmpTracks{}
	for _, s := range streams {
		c, err := rtmpCodec(s)
		if err != nil {
			return nil, err
		}
		tracks[s.Codec] = &gortmplib.Track{Codec: c}
	}
	return tracks, nil
}

func rtmpCodec(s *encoder.Stream) (codecs.Codec, error) {
	switch s.Codec {
	case encoder.H264:
		sps, pps := s.H264()
		return &codecs.H264{SPS: sps, PPS: pps}, nil
	case encoder.HEVC:
		vps, sps, pps := s.H265()
		return &codecs.H265{VPS: vps, SPS: sps, PPS: pps}, nil
	case encoder.AV1:
		return &codecs.AV1{}, nil
	case encoder.AAC:
		var config mpeg4audio.AudioSpecificConfig
		if err := config.Unmarshal(s.Extradata); err != nil {
			return nil, fmt.Errorf("aac configuration: %w", err)
		}
		return &codecs.MPEG4Audio{Config: &config}, nil
	case encoder.Opus:
		// The library reads and writes the numbers of this header in the wrong byte order, so that its bytes, which RFC
		// 7845 section 5.1 has, come out as they went in.
		var header opus.IDHeader
		if err := header.Unmarshal(s.Extradata); err != nil {
			return nil, fmt.Errorf("opus configuration: %w", err)
		}
		return &codecs.Opus{IDHeader: &header}, nil
	}
	return nil, fmt.Errorf("rtmp does not carry %s: %w", s.Codec, ErrRefused)
}

// rtmpMetadata tells the server what will come: services show and check it before they decode anything.
func rtmpMetadata(streams []*encoder.Stream, tracks rtmpTracks) message.Message {
	m := amf0.Object{{Key: "encoder", Value: "Golive"}}
	for _, s := range streams {
		kbps, codec := float64(s.BitRate)/1000, float64(tracks[s.Codec].Codec.ID())
		if s.Codec.Video() {
			m = append(m,
				amf0.ObjectEntry{Key: "width", Value: float64(s.Width)},
				amf0.ObjectEntry{Key: "height", Value: float64(s.Height)},
				amf0.ObjectEntry{Key: "framerate", Value: s.FrameRate.Float()},
				amf0.ObjectEntry{Key: "videocodecid", Value: codec},
				amf0.ObjectEntry{Key: "videodatarate", Value: kbps})
		} else {
			m = append(m,
				amf0.ObjectEntry{Key: "audiosamplerate", Value: float64(s.SampleRate)},
				amf0.ObjectEntry{Key: "audiosamplesize", Value: float64(16)},
				amf0.ObjectEntry{Key: "stereo", Value: s.Channels == 2},
				amf0.ObjectEntry{Key: "audiocodecid", Value: codec},
				amf0.ObjectEntry{Key: "audiodatarate", Value: kbps})
		}
	}
	return &message.DataAMF0{
		ChunkStreamID: mediaChannel, MessageStreamID: mediaStream,
		Payload: []any{"@setDataFrame", "onMetaData", m},
	}
}
