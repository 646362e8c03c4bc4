package intake

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"

	"golive/internal/testrig/clip"
)

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
