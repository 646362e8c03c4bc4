package gui

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"golive/publish"
)

// TestFourHours shows four hours of a broadcast, four states a second, as fast as that goes, and measures what stays in
// memory. It takes minutes, so it is for make soak.
func TestFourHours(t *testing.T) {
	if os.Getenv("GOLIVE_SOAK") == "" {
		t.Skip("GOLIVE_SOAK is not set")
	}
	w, _ := newTestWindow(t)
	d := watchdog{}
	s := busyState()
	log := slog.New(w.log)
	const hours, hour = 4, 4 * 3600
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	var at [hours + 1]float64
	for i := range hours * hour {
		if i%hour == 0 {
			at[i/hour] = heap()
		}
		s.LiveFor += time.Second / 4
		for n := range s.Stats.Outputs {
			s.Stats.Outputs[n].BitrateKbps = 3000 + i%500
			s.Stats.Outputs[n].State = []publish.State{publish.Live, publish.Reconnecting}[i/40%2]
		}
		log.Info("something happened", "n", fmt.Sprint(i))
		d.do("an update", func() { w.update(s) })
	}
	at[hours] = heap()
	took := slices.Sorted(slices.Values(d["an update"]))
	p99 := took[len(took)*99/100]
	t.Logf("MiB after each hour: %.1f; 99 %% of %d updates take up to %v", at, len(took), p99)
	if slope := (at[hours] - at[1]) / (hours - 1); slope > 2 {
		t.Errorf("memory grows by %.1f MiB an hour", slope)
	}
	if p99 > atMost {
		t.Errorf("an update takes %v", p99)
	}
}
