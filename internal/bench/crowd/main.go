// Command crowd watches a stream over WebRTC many times at once, cheaply: it counts the packets that come and how late,
// but decrypts none. It prints one JSON object a line for each time it has counted.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A report is what the crowd saw.
type report struct {
	Viewers  int     `json:"viewers"`
	Packets  int64   `json:"packets"` // that came while it was measured
	Lost     int64   `json:"lost"`
	Mbps     float64 `json:"mbps"`   // of one viewer
	P50      float64 `json:"p50_ms"` // how much later than the quickest a picture was complete
	P99      float64 `json:"p99_ms"`
	CPUCores float64 `json:"cpu_cores"` // of the crowd itself
	Server   float64 `json:"server_cores"`
	Memory   float64 `json:"server_mib"` // resident
}

func main() {
	n := flag.Int("n", 50, "viewers")
	stalled := flag.Int("stalled", 0, "viewers besides, which stop reading once they are connected, every second time it counts")
	times := flag.Int("times", 1, "how often to count")
	whep := flag.String("whep", "", "`URL` of a WHEP endpoint")
	janus := flag.String("janus", "", "`URL` of Janus's API; its stream 1 is watched")
	pid := flag.Int("pid", 0, "the server's process, whose CPU time is measured")
	warm := flag.Duration("warm", 3*time.Second, "how long to watch before it counts")
	length := flag.Duration("for", 10*time.Second, "how long to count")
	flag.Parse()
	join := func(ctx context.Context, v *viewer) error { return joinWHEP(ctx, *whep, v) }
	if *janus != "" {
		join = func(ctx context.Context, v *viewer) error { return joinJanus(ctx, *janus, v) }
	}
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 16
	c := crowd{pid: *pid, warm: *warm, length: *length, join: join}
	if err := c.run(*n, *stalled, *times); err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

// A crowd is who watches, and what is measured of it.
type crowd struct {
	pid          int // of the server
	warm, length time.Duration
	join         func(context.Context, *viewer) error
}

// run lets n viewers join and counts what comes for them, every second time beside others that have stalled.
func (c *crowd) run(n, stalled, times int) error {
	viewers, err := c.gather(n)
	defer leave(viewers)
	if err != nil {
		return err
	}
	time.Sleep(c.warm)
	for i := range times {
		var others []*viewer
		if stalled > 0 && i%2 == 1 {
			if others, err = c.gather(stalled); err == nil {
				time.Sleep(c.warm)
				stall(others)
			}
		}
		if err == nil {
			err = json.NewEncoder(os.Stdout).Encode(c.watch(viewers))
		}
		leave(others)
		if err != nil {
			return err
		}
		if len(others) > 0 {
			time.Sleep(c.warm)
		}
	}
	return nil
}

// gather lets n join, eight at a time. It returns those who have tried also where there is an error.
func (c *crowd) gather(n int) ([]*viewer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	viewers, errs := make([]*viewer, n), make([]error, n)
	var joining sync.WaitGroup
	turns := make(chan struct{}, 8)
	for i := range viewers {
		turns <- struct{}{}
		joining.Go(func() {
			defer func() { <-turns }()
			v, err := newViewer()
			if viewers[i] = v; err == nil {
				err = c.join(ctx, v)
			}
			if err == nil {
				err = v.begun(ctx)
			}
			errs[i] = err
		})
	}
	joining.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return viewers, fmt.Errorf("viewer %d: %w", i, errs[i])
	}
	return viewers, nil
}

func leave(viewers []*viewer) {
	var leaving sync.WaitGroup
	for _, v := range viewers {
		if v != nil {
			leaving.Go(v.close)
		}
	}
	leaving.Wait()
}

func stall(viewers []*viewer) {
	for _, v := range viewers {
		v.tap.stall()
	}
}

// watch counts what comes.
func (c *crowd) watch(viewers []*viewer) report {
	for _, v := range viewers {
		v.tap.reset()
	}
	cpu, server, begin := ownCPU(), cpuOf(c.pid), time.Now()
	time.Sleep(c.length)
	took := time.Since(begin)
	r := sum(viewers, took)
	r.CPUCores, r.Server = (ownCPU()-cpu).Seconds()/took.Seconds(), (cpuOf(c.pid)-server).Seconds()/took.Seconds()
	r.Memory = memoryOf(c.pid)
	return r
}

// memoryOf returns the resident memory of a process in MiB, zero when there is none.
func memoryOf(pid int) float64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, resident int
	_, _ = fmt.Sscan(string(statm), &size, &resident)
	return float64(resident*os.Getpagesize()) / (1 << 20)
}

// sum adds up what the viewers saw.
func sum(viewers []*viewer, took time.Duration) report {
	r := report{Viewers: len(viewers)}
	var bytes int64
	var delays []time.Duration
	for _, v := range viewers {
		c := v.tap.count()
		r.Packets += c.packets
		r.Lost += c.lost
		bytes += c.bytes
		delays = append(delays, c.delays...)
	}
	if len(delays) > 0 {
		slices.Sort(delays)
		late := func(q float64) float64 { return delays[int(q*float64(len(delays)-1))].Seconds() * 1000 }
		r.P50, r.P99 = late(0.5), late(0.99)
	}
	r.Mbps = float64(bytes) * 8 / 1e6 / took.Seconds() / float64(max(1, len(viewers)))
	return r
}

func ownCPU() time.Duration { return cpuOf(os.Getpid()) }

// cpuOf returns the CPU time that a process has had, zero when there is none.
func cpuOf(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	const tick = 10 * time.Millisecond // 1/USER_HZ, the same on every Linux
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}
