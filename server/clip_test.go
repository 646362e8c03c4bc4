package server

import (
	"bytes"
	"cmp"
	"context"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"

	"golive/capture"
	"golive/encoder"
)

const (
	clipLength = 4 * time.Second
	clipRate   = 30
)

// A clip is a few seconds of real packets, coded by FFmpeg: H.264 with a key frame a second, AAC and Opus.
type clip struct {
	streams []*encoder.Stream // video, AAC, Opus
	packets []*encoder.Packet // in the order of DTS
}

// newClip codes the clip once for all tests.
var newClip = sync.OnceValues(func() (*clip, error) {
	out, err := exec.Command("ffmpeg", "-v", "error",
		"-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
		"-t", "4", "-map", "0:v", "-map", "1:a", "-map", "1:a", "-ac", "2",
		"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "30",
		"-b:v", "1M", "-c:a:0", "aac", "-c:a:1", "libopus", "-muxdelay", "0", "-f", "mpegts", "-").Output()
	if err != nil {
		return nil, err
	}
	return parseClip(out)
})

func parseClip(ts []byte) (*clip, error) {
	c := &clip{streams: []*encoder.Stream{
		{Codec: encoder.H264, Width: 640, Height: 360, FrameRate: encoder.Rational{Num: clipRate, Den: 1}},
		{Codec: encoder.AAC, SampleRate: 48000, Channels: 2, Extradata: []byte{0x11, 0x90}},
		{Codec: encoder.Opus, SampleRate: 48000, Channels: 2},
	}}
	r := &mpegts.Reader{R: bytes.NewReader(ts)}
	if err := r.Initialize(); err != nil {
		return nil, err
	}
	rate := encoder.Rational{Num: 90000, Den: 1}
	for i, track := range r.Tracks() {
		st := c.streams[i]
		sound := func(pts int64, data [][]byte) error {
			at := capture.Duration(pts, rate)
			for _, d := range data {
				c.packets = append(c.packets, &encoder.Packet{
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
	first := c.packets[0].PTS
	for _, p := range c.packets {
		p.PTS, p.DTS = p.PTS-first, p.DTS-first
	}
	slices.SortStableFunc(c.packets, func(a, b *encoder.Packet) int { return int(a.DTS - b.DTS) })
	return c, nil
}

func (c *clip) picture(st *encoder.Stream, pts, dts int64, au [][]byte) {
	rate := encoder.Rational{Num: 90000, Den: 1}
	pkt := &encoder.Packet{Stream: st, PTS: capture.Duration(pts, rate), DTS: capture.Duration(dts, rate)}
	for _, nal := range au {
		switch h264.NALUType(nal[0] & 0x1f) {
		case h264.NALUTypeAccessUnitDelimiter:
			continue
		case h264.NALUTypeSPS, h264.NALUTypePPS:
			if len(st.Extradata) < 64 && !bytes.Contains(st.Extradata, nal) {
				st.Extradata = slices.Concat(st.Extradata, startCode, nal)
			}
		case h264.NALUTypeIDR:
			pkt.Keyframe = true
		}
		pkt.Data = append(pkt.Data, bytes.Clone(nal))
	}
	c.packets = append(c.packets, pkt)
}

// start starts a server on free ports that ends with the test.
func start(t *testing.T, c Config) *Server {
	t.Helper()
	for _, addr := range []*string{&c.HTTP, &c.RTMP, &c.SRT, &c.WebRTC} {
		if *addr == "" {
			*addr = "127.0.0.1:0"
		}
	}
	c.Patience = cmp.Or(c.Patience, -1) // most tests want to see the end of a stream
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// broadcast publishes the clip over and over in real time, until the test ends or stop is called. Only the streams of
// the given codecs are sent; all when there are none.
func broadcast(t *testing.T, s *Server, name string, keyframe func(), only ...encoder.Codec) (*Publisher, func()) {
	t.Helper()
	c, err := newClip()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	sent := func(st *encoder.Stream) bool { return len(only) == 0 || slices.Contains(only, st.Codec) }
	streams := slices.DeleteFunc(slices.Clone(c.streams), func(st *encoder.Stream) bool { return !sent(st) })
	p, err := s.Publish(name, streams, keyframe)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var sending sync.WaitGroup
	sending.Go(func() {
		begin := time.Now()
		for round := time.Duration(0); ; round += clipLength {
			for _, pkt := range c.packets {
				if !sent(pkt.Stream) {
					continue
				}
				next := *pkt
				next.PTS, next.DTS = pkt.PTS+round, pkt.DTS+round
				select {
				case <-done:
					return
				case <-time.After(time.Until(begin.Add(next.DTS))):
				}
				if next.Stream.Codec.Video() {
					next.Captured = begin.Add(next.PTS) // as punctually as no busy machine writes
				}
				if p.WritePacket(&next) != nil {
					return
				}
			}
		}
	})
	stop := sync.OnceFunc(func() {
		close(done)
		sending.Wait()
		p.Close()
	})
	t.Cleanup(stop)
	return p, stop
}

// eventually waits until ok says true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
