package publish

import (
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// heapRoom is how much the Go heap may grow before it is looked through, in percent.
const heapRoom = 25

// SpareMemory is for programs that broadcast, to be called once, at the start. The heap of a broadcast is mostly media,
// which costs next to nothing to look through, so that there is no need to let it double before that, as Go does. GOGC in
// the environment goes before it.
func SpareMemory() {
	oneArena()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapRoom)
	}
}

// A usage measures what this program takes of the computer.
type usage struct {
	mu    sync.Mutex
	at    time.Time     // of the last measure
	cpu   time.Duration // then
	cores float64       // between the last two, at least a second apart
}

// read returns the CPU cores busy over the last second or so, and the memory in use in MB.
func (u *usage) read() (cores float64, rssMB int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now, cpu := time.Now(), cpuTime()
	since := now.Sub(u.at)
	switch {
	case u.at.IsZero():
		u.at, u.cpu = now, cpu
	case since >= 950*time.Millisecond: // a caller's second may be a little short
		u.cores = (cpu - u.cpu).Seconds() / since.Seconds()
		u.at, u.cpu = now, cpu
	}
	return float64(int(u.cores*100+0.5)) / 100, int(residentMemory() >> 20)
}
