package server

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"

	"golive/encoder"
	"golive/internal/testrig/clip"
)

// FuzzParameters gives a publisher's SPS and PPS to everything that reads them.
func FuzzParameters(f *testing.F) {
	c, err := clip.New()
	if err != nil {
		f.Fatalf("ffmpeg: %v", err)
	}
	sps, pps := c.Streams[0].H264()
	f.Add(sps, pps)
	f.Add([]byte{}, []byte{})
	f.Add(append([]byte{0x67}, startCode...), append([]byte{0x68}, startCode...))
	f.Add(append(bytes.Clone(sps), startCode...), append(bytes.Clone(pps), 0, 0, 1, 0, 0, 1, 0x67))
	f.Add(append(bytes.Clone(sps), 0, 0), append(bytes.Clone(pps), 0, 0))
	f.Fuzz(func(t *testing.T, sps, pps []byte) {
		st, err := streamOf(&gortmplib.Track{Codec: &codecs.H264{SPS: sps, PPS: pps}})
		if err != nil {
			return
		}
		gotSPS, gotPPS := st.H264()
		if !bytes.Equal(gotSPS, bytes.TrimRight(sps, "\x00")) || !bytes.Equal(gotPPS, bytes.TrimRight(pps, "\x00")) {
			t.Fatalf("SPS %x, PPS %x; sent %x, %x", gotSPS, gotPPS, sps, pps)
		}
		s := newServer(Config{Patience: -1, Log: slog.New(slog.DiscardHandler)})
		p, err := s.Publish("x", []*encoder.Stream{st}, nil)
		if err != nil {
			return
		}
		defer p.Close()
		profileOf(st)
		in := &intake{server: s, pub: p}
		if err := in.add(st); err != nil {
			t.Fatal(err)
		}
		for i := range time.Duration(3) {
			_ = in.picture(i*time.Second, i*time.Second, [][]byte{sps, pps, {0x65, 1}})
		}
	})
}

// TestParametersRefused checks that a publisher is told what is wrong with its parameter sets.
func TestParametersRefused(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatalf("ffmpeg: %v", err)
	}
	sps, pps := c.Streams[0].H264()
	for name, tt := range map[string]struct{ sps, pps []byte }{
		"no SPS":                 {nil, pps},
		"no PPS":                 {sps, nil},
		"two SPS":                {sps, sps},
		"start codes in the SPS": {append(bytes.Clone(sps), startCode...), pps},
		"start codes in the PPS": {sps, []byte{0x68, 0, 0, 1, 0, 0, 1}},
	} {
		if _, err := streamOf(&gortmplib.Track{Codec: &codecs.H264{SPS: tt.sps, PPS: tt.pps}}); err == nil || !strings.Contains(err.Error(), "h264") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := streamOf(&gortmplib.Track{Codec: &codecs.H264{SPS: sps, PPS: pps}}); err != nil {
		t.Error(err)
	}
}

func TestRTMPClockWraps(t *testing.T) {
	var c rtmpClock
	for i, step := range []struct{ stamp, want time.Duration }{
		{rtmpWrap - 40*time.Millisecond, rtmpWrap - 40*time.Millisecond},
		{rtmpWrap - time.Millisecond, rtmpWrap - time.Millisecond},
		{5 * time.Millisecond, rtmpWrap + 5*time.Millisecond},
		{rtmpWrap - 2*time.Millisecond, rtmpWrap - 2*time.Millisecond}, // the other track
		{40 * time.Millisecond, rtmpWrap + 40*time.Millisecond},
		{50 * time.Hour, rtmpWrap + 50*time.Hour},
	} {
		if got := c.time(step.stamp); got != step.want {
			t.Errorf("%d: %v is %v, want %v", i, step.stamp, got, step.want)
		}
	}
}
