package publish

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A collector turns Stats into Prometheus metrics.
type collector struct {
	stats func() Stats
	whole []wholeMetric
	each  []outputMetric

	state, dropped *prometheus.Desc
}

// A wholeMetric is one number of the whole broadcast.
type wholeMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(Stats) float64
}

// An outputMetric is one number of each output.
type outputMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(OutputStats) float64
}

// outputLabels returns what tells outputs apart: names need not differ, numbers do, and begin with 1.
func outputLabels(more ...string) []string {
	return append([]string{"output", "number", "protocol"}, more...)
}

// NewCollector returns the Prometheus metrics of a broadcast, whose Stats the function returns; it may return those of
// one broadcast after the other. All names begin with golive_.
func NewCollector(stats func() Stats) prometheus.Collector {
	counter, gauge := prometheus.CounterValue, prometheus.GaugeValue
	whole := func(name, help string, kind prometheus.ValueType, value func(Stats) float64) wholeMetric {
		return wholeMetric{prometheus.NewDesc("golive_"+name, help, nil, nil), kind, value}
	}
	output := func(name, help string, kind prometheus.ValueType, value func(OutputStats) float64) outputMetric {
		return outputMetric{prometheus.NewDesc("golive_output_"+name, help, outputLabels(), nil), kind, value}
	}
	return &collector{
		stats: stats,
		whole: []wholeMetric{
			whole("captured_frames_total", "Pictures taken since the broadcast went live.", counter, func(s Stats) float64 { return float64(s.Video.Captured) }),
			whole("lagged_frames_total", "Moments with no new picture in time.", counter, func(s Stats) float64 { return float64(s.Video.Lagged) }),
			whole("skipped_frames_total", "Pictures not encoded because the encoder was busy.", counter, func(s Stats) float64 { return float64(s.Video.Skipped) }),
			whole("encoded_frames_total", "Pictures encoded.", counter, func(s Stats) float64 { return float64(s.Video.Encoded) }),
			whole("video_bytes_per_second", "Bytes of pictures a second over the last second.", gauge, func(s Stats) float64 { return float64(s.Video.BitrateKbps) * 125 }),
			whole("video_target_bytes_per_second", "Bytes a second that the encoder was asked for.", gauge, func(s Stats) float64 { return float64(s.Video.TargetKbps) * 125 }),
			whole("uptime_seconds", "Time since the first picture was encoded.", gauge, func(s Stats) float64 { return s.UptimeS }),
		},
		each: []outputMetric{
			output("bytes_per_second", "Bytes sent a second over the last second.", gauge, func(o OutputStats) float64 { return float64(o.BitrateKbps) * 125 }),
			output("sent_bytes_total", "Bytes sent.", counter, func(o OutputStats) float64 { return float64(o.SentBytes) }),
			output("queue_seconds", "Media that the destination has not got yet.", gauge, func(o OutputStats) float64 { return float64(o.QueueMS) / 1000 }),
			output("rtt_seconds", "Round trip time.", gauge, func(o OutputStats) float64 { return o.RTTMS / 1000 }),
			output("loss_ratio", "Packets lost over the last seconds, before they were sent again.", gauge, func(o OutputStats) float64 { return o.Loss }),
			output("resent_packets", "Packets of this connection that were sent again.", gauge, func(o OutputStats) float64 { return float64(o.Resent) }),
			output("reconnects_total", "Times that it was live again.", counter, func(o OutputStats) float64 { return float64(o.Reconnects) }),
			output("state_seconds", "Time since the state began.", gauge, func(o OutputStats) float64 { return time.Since(o.Since).Seconds() }),
		},
		state:   prometheus.NewDesc("golive_output_state", "1 for the state that it is in, 0 for the others.", outputLabels("state"), nil),
		dropped: prometheus.NewDesc("golive_output_dropped_frames_total", "Pictures that were encoded and not sent.", outputLabels("reason"), nil),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range c.whole {
		to <- m.desc
	}
	for _, m := range c.each {
		to <- m.desc
	}
	to <- c.state
	to <- c.dropped
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	s := c.stats()
	for _, m := range c.whole {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(s))
	}
	for i, o := range s.Outputs {
		c.output(to, o, []string{strings.ToValidUTF8(o.Name, "?"), strconv.Itoa(i + 1), o.Protocol})
	}
}

func (c *collector) output(to chan<- prometheus.Metric, o OutputStats, labels []string) {
	for _, m := range c.each {
		to <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(o), labels...)
	}
	for _, state := range []State{Connecting, Live, Reconnecting, Refused, Stopped} {
		is := 0.0
		if o.State == state {
			is = 1
		}
		to <- prometheus.MustNewConstMetric(c.state, prometheus.GaugeValue, is, append(slices.Clip(labels), string(state))...)
	}
	for reason, n := range map[string]int64{"congestion": o.Dropped.Congestion, "away": o.Dropped.Away, "ended": o.Dropped.Ended} {
		to <- prometheus.MustNewConstMetric(c.dropped, prometheus.CounterValue, float64(n), append(slices.Clip(labels), reason)...)
	}
}
