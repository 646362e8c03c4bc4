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
	answer, err := http.Get("http://" + s.HTTPAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	for _, want := range []string{"\nhanded 42\n", "\ngo_goroutines ", "\nprocess_resident_memory_bytes "} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if _, err := newMetrics([]prometheus.Collector{handed, handed}); err == nil {
		t.Error("the same twice")
	}
}
