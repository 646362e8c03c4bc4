package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// newMetrics returns the handler of /metrics: those of the process, and those that it is handed.
func newMetrics(handed []prometheus.Collector) (http.Handler, error) {
	registry := prometheus.NewRegistry()
	all := append([]prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}, handed...)
	for _, c := range all {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: writeTimeout}), nil
}

// A collector reads the numbers of a server when they are asked for.
type collector struct{ server *Server }

// descriptions are those of all its metrics.
type descriptions struct{ streams, viewers, received, sent, dropped, latency *prometheus.Desc }

func describeMetrics() descriptions {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("golive_server_"+name, help, labels, nil)
	}
	return descriptions{
		streams:  describe("streams", "Streams that run."),
		viewers:  describe("viewers", "People who watch.", "stream", "protocol"),
		received: describe("received_bytes_total", "Bytes of packets that publishers sent."),
		sent:     describe("sent_bytes_total", "Bytes that went out.", "protocol"),
		dropped:  describe("dropped_packets_total", "Packets that viewers were too slow for.", "protocol"),
		latency:  describe("latency_seconds", "Glass to glass, over the viewers who measure it.", "stream", "quantile"),
	}
}

// Describe implements prometheus.Collector.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	d := describeMetrics()
	for _, one := range []*prometheus.Desc{d.streams, d.viewers, d.received, d.sent, d.dropped, d.latency} {
		out <- one
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(out chan<- prometheus.Metric) {
	d, running := describeMetrics(), c.server.running()
	tell := func(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, kind, value, labels...)
	}
	tell(d.streams, prometheus.GaugeValue, float64(len(running)))
	tell(d.received, prometheus.CounterValue, float64(c.server.traffic.received.Load()))
	for protocol, f := range c.server.flows() {
		tell(d.sent, prometheus.CounterValue, float64(f.bytes), protocol)
		tell(d.dropped, prometheus.CounterValue, float64(f.dropped), protocol)
	}
	for _, p := range running {
		by := map[string]int{}
		for _, v := range p.audience() {
			by[v.describe().Protocol]++
		}
		for protocol, n := range by {
			tell(d.viewers, prometheus.GaugeValue, float64(n), p.name, protocol)
		}
		if all := p.Latencies(); len(all) > 0 {
			tell(d.latency, prometheus.GaugeValue, quantile(all, 0.5).Seconds(), p.name, "0.5")
			tell(d.latency, prometheus.GaugeValue, quantile(all, 0.95).Seconds(), p.name, "0.95")
		}
	}
}

// quantile returns the measure that this share of all is not above. There must be one.
func quantile(all []Latency, share float64) time.Duration {
	slices.SortFunc(all, func(a, b Latency) int { return cmp.Compare(a.Total, b.Total) })
	return all[int(share*float64(len(all)-1)+0.5)].Total
}
