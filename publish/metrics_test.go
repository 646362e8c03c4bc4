package publish

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// Two outputs of the same name are told apart, and each number has its value.
func TestMetrics(t *testing.T) {
	s := Stats{Outputs: []OutputStats{
		{Name: "a", Protocol: "rtmp", State: Live, Since: time.Now(), QueueMS: 250, Dropped: Dropped{Congestion: 3, Away: 2}, SentBytes: 7},
		{Name: "a", Protocol: "srt", State: Refused, Since: time.Now(), Reconnects: 4},
	}}
	s.Video.Encoded = 90
	c := NewCollector(func() Stats { return s })
	if problems, err := testutil.CollectAndLint(c); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	want := `
# HELP golive_encoded_frames_total Pictures encoded.
# TYPE golive_encoded_frames_total counter
golive_encoded_frames_total 90
# HELP golive_output_dropped_frames_total Pictures that were encoded and not sent.
# TYPE golive_output_dropped_frames_total counter
golive_output_dropped_frames_total{number="1",output="a",protocol="rtmp",reason="away"} 2
golive_output_dropped_frames_total{number="1",output="a",protocol="rtmp",reason="congestion"} 3
golive_output_dropped_frames_total{number="1",output="a",protocol="rtmp",reason="ended"} 0
golive_output_dropped_frames_total{number="2",output="a",protocol="srt",reason="away"} 0
golive_output_dropped_frames_total{number="2",output="a",protocol="srt",reason="congestion"} 0
golive_output_dropped_frames_total{number="2",output="a",protocol="srt",reason="ended"} 0
# HELP golive_output_queue_seconds Media that the destination has not got yet.
# TYPE golive_output_queue_seconds gauge
golive_output_queue_seconds{number="1",output="a",protocol="rtmp"} 0.25
golive_output_queue_seconds{number="2",output="a",protocol="srt"} 0
`
	err := testutil.CollectAndCompare(c, strings.NewReader(want),
		"golive_encoded_frames_total", "golive_output_dropped_frames_total", "golive_output_queue_seconds")
	if err != nil {
		t.Error(err)
	}
}
