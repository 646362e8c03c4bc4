package server

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestMetricsAreServed(t *testing.T) {
	handed := prometheus.NewGauge(prometheus.GaugeOpts{Name: "handed", Help: "From outside."})
	handed.Set(42)
	s := start(t, Config{Collectors: []prometheus.Collector{handed}})
	broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	v.wait(t)
	send(t, s, "GET", "/hls/live/index.m3u8?session=a", "", nil)
	answer, err := http.Get("http://" + s.HTTPAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	for _, want := range []string{
		"\ngolive_server_streams 1\n", `golive_server_viewers{protocol="webrtc",stream="live"} 1`,
		`golive_server_viewers{protocol="hls",stream="live"} 1`, `golive_server_sent_bytes_total{protocol="webrtc"}`,
		"\ngolive_server_received_bytes_total ", "\nhanded 42\n", "\ngo_goroutines ", "\nprocess_resident_memory_bytes ",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if _, err := newMetrics([]prometheus.Collector{handed, handed}); err == nil {
		t.Error("the same twice")
	}
}
