// Package clip has a few seconds of real media for tests of what carries packets.
package clip

import (
	"bytes"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"

	"golive/capture"
	"golive/encoder"
)

// Length of the clip, and its pictures a second.
const (
	Length = 4 * time.Second
	Rate   = 30
)

// A Clip is a few seconds of real packets, coded by FFmpeg: H.264 with a key frame a second, AAC and Opus.
type Clip struct {
	Streams []*encoder.Stream // video, AAC, Opus
	Packets []*encoder.Packet // in the order of DTS
}

// New returns the clip, which is coded once for all tests.
func New() (*Clip, error) { return coded() }

var coded = sync.OnceValues(func() (*Clip, error) {
	out, err := exec.Command("ffmpeg", "-v", "error",
		"-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
		"-t", "4", "-map", "0:v", "-map", "1:a", "-map", "1:a", "-ac", "2",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "30",
		"-b:v", "1M", "-c:a:0", "aac", "-c:a:1", "libopus", "-muxdelay", "0", "-f", "mpegts", "-").Output()
	if err != nil {
		return nil, err
	}
	return parse(out)
})

func parse(ts []byte) (*Clip, error) {
	c := &Clip{Streams: []*encoder.Stream{
		{Codec: encoder.H264, Width: 640, Height: 360, FrameRate: encoder.Rational{Num: Rate, Den: 1}},
		{Codec: encoder.AAC, SampleRate: 48000, Channels: 2, Extradata: []byte{0x11, 0x90}},
		{Codec: encoder.Opus, SampleRate: 48000, Channels: 2},
	}}
	r := &mpegts.Reader{R: bytes.NewReader(ts)}
	if err := r.Initialize(); err != nil {
		return nil, err
	}
	rate := encoder.Rational{Num: 90000, Den: 1}
	for i, track := range r.Tracks() {
		st := c.Streams[i]
		sound := func(pts int64, data [][]byte) error {
			at := capture.Duration(pts, rate)
			for _, d := range data {
				c.Packets = append(c.Packets, &encoder.Packet{
					Stream: st, PTS: at, DTS: at, Keyframe: true, Data: [][]byte{bytes.Clone(d)},
				})
				at += capture.Duration(1024, encoder.Rational{Num: 48000, Den: 1}) // AAC comes several at once
			}
			return nil
		}
		switch st.Codec {
		case encoder.H264:
			r.OnDataH264(track, func(pts, dts int64, au [][]byte) error { c.picture(st, pts, dts, au); return nil })
		case encoder.AAC:
			r.OnDataMPEG4Audio(track, sound)
		case encoder.Opus:
			r.OnDataOpus(track, sound)
		}
	}
	for r.Read() == nil {
	}
	first := c.Packets[0].PTS
	for _, p := range c.Packets {
		p.PTS, p.DTS = p.PTS-first, p.DTS-first
	}
	slices.SortStableFunc(c.Packets, func(a, b *encoder.Packet) int { return int(a.DTS - b.DTS) })
	return c, nil
}

func (c *Clip) picture(st *encoder.Stream, pts, dts int64, au [][]byte) {
	rate := encoder.Rational{Num: 90000, Den: 1}
	pkt := &encoder.Packet{Stream: st, PTS: capture.Duration(pts, rate), DTS: capture.Duration(dts, rate)}
	for _, nal := range au {
		switch h264.NALUType(nal[0] & 0x1f) {
		case h264.NALUTypeAccessUnitDelimiter:
			continue
		case h264.NALUTypeSPS, h264.NALUTypePPS:
			if len(st.Extradata) < 64 && !bytes.Contains(st.Extradata, nal) {
				st.Extradata = slices.Concat(st.Extradata, []byte{0, 0, 0, 1}, nal)
			}
		case h264.NALUTypeIDR:
			pkt.Keyframe = true
		}
		pkt.Data = append(pkt.Data, bytes.Clone(nal))
	}
	c.Packets = append(c.Packets, pkt)
}
