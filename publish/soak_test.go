package publish

import (
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"golive/internal/testrig"
)

// maxGrowth is how much memory a broadcast may take more in an hour, in bytes.
const maxGrowth = 1 << 20

// TestSoak streams to local peers over every protocol for as long as GOLIVE_SOAK says, an hour to judge by, and a moment
// without it. Memory is looked at after ten minutes, or half of the time; goroutines and files must be back to where they
// began after the end.
func TestSoak(t *testing.T) {
	length := testrig.SoakLength(t, 3*time.Second)
	likeTheProgram(t)
	s := startServer(t)
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	b := startBroadcast(t, testConfig())
	goLive(t, b, "",
		OutputConfig{Name: "RTMP", Destination: destination(t, s.RTMPURL("a"), "")},
		OutputConfig{Name: "SRT", Destination: destination(t, s.SRTURL("b"), "")},
		OutputConfig{Name: "WHIP", Destination: destination(t, "whip+http://"+s.HTTPAddr()+"/whip/c", "")},
		OutputConfig{Name: "local", Destination: Local(s, "d")})
	eventually(t, "all live", func() bool { return states(b, Live, Live, Live, Live) })
	slope, doubt := watchMemory(t, length)
	for _, o := range b.Stats().Outputs {
		if o.State != Live || o.Reconnects != 0 || o.DroppedFrames != 0 {
			t.Errorf("after %v: %+v", length, o)
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "goroutines and files as at the start", func() bool {
		return runtime.NumGoroutine() <= goroutines+2 && openFiles(t) <= files+2
	})
	t.Logf("memory %+.2f MiB an hour, within %.2f; goroutines %d, then %d; files %d, then %d", slope/(1<<20), doubt/(1<<20),
		goroutines, runtime.NumGoroutine(), files, openFiles(t))
	if length >= 10*time.Minute && slope-doubt > maxGrowth {
		t.Errorf("memory grows by %.2f MiB an hour, within %.2f", slope/(1<<20), doubt/(1<<20))
	}
}

// likeTheProgram has memory looked after as in a program that broadcasts, in which no profile of it is taken either.
func likeTheProgram(t *testing.T) {
	rate, percent := runtime.MemProfileRate, debug.SetGCPercent(100)
	runtime.MemProfileRate = 0
	SpareMemory()
	t.Cleanup(func() {
		runtime.MemProfileRate = rate
		debug.SetGCPercent(percent)
	})
}

// watchMemory waits, and returns by how much the memory of this process grew in an hour, in bytes: the straight line
// that fits best after the start, and by how much it may be off. Before it looks, what the heap does not need goes back to
// the system, so that what it sees is in use, by Go or by C.
func watchMemory(t *testing.T, length time.Duration) (slope, doubt float64) {
	warm := min(10*time.Minute, length/2)
	begun := time.Now()
	tick := time.NewTicker(min(10*time.Second, length/10))
	defer tick.Stop()
	var hours, memory, heap []float64
	minute := -1
	for {
		<-tick.C
		since := time.Since(begun)
		var m runtime.MemStats
		debug.FreeOSMemory()
		used := float64(residentMemory())
		runtime.ReadMemStats(&m)
		if now := int(since.Minutes()); now != minute {
			minute = now
			t.Logf("%v: %.2f MiB, %d goroutines", since.Round(time.Second), used/(1<<20), runtime.NumGoroutine())
		}
		if since > warm {
			hours, memory, heap = append(hours, since.Hours()), append(memory, used), append(heap, float64(m.HeapAlloc))
		}
		if since >= length {
			slope, doubt = testrig.LeastSquares(hours, heap)
			t.Logf("the heap %+.2f MiB an hour, within %.2f", slope/(1<<20), doubt/(1<<20))
			return testrig.LeastSquares(hours, memory)
		}
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	all, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
