package e2e

import (
	"fmt"
	"testing"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/network"
)

// A srtRace is one kind of bad way that the same stream goes twice: from golive, and from srt-live-transmit, which gets
// it from golive over the broadcaster's own loopback.
type srtRace struct {
	loss         float64
	rtt          time.Duration
	ours, theirs *line
	us, them     srtCounts
	resent       int64 // packets, by us
}

// TestSRTLoss loses packets of SRT, and counts what could not be recovered within a latency of four round trips. With
// GOLIVE_SOAK it takes all ways, for a minute each.
func TestSRTLoss(t *testing.T) {
	stage := noisyStage(t)
	if !soak() {
		srtRaces(t, stage, 100*time.Millisecond, 8*time.Second, 0.05)
		return
	}
	for _, rtt := range []time.Duration{20, 100, 200} {
		t.Run(fmt.Sprint(rtt*time.Millisecond), func(t *testing.T) {
			srtRaces(t, stage, rtt*time.Millisecond, time.Minute, 0.02, 0.05, 0.10)
		})
	}
}

// srtRaces runs races over ways that differ in their losses, and beside them a line that loses nothing. When something
// is missing on that one, the machine was too busy with others, and the races are run again.
func srtRaces(t *testing.T, stage []string, rtt, length time.Duration, losses ...float64) {
	t.Helper()
	var races []srtRace
	for try := 1; ; try++ {
		var undisturbed bool
		if races, undisturbed = runRaces(t, stage, rtt, length, losses); undisturbed || try == 3 {
			break
		}
		t.Logf("try %d: packets came too late on a line that loses none", try)
	}
	for _, r := range races {
		r.judge(t, length)
	}
}

func runRaces(t *testing.T, stage []string, rtt, length time.Duration, losses []float64) (races []srtRace, undisturbed bool) {
	t.Helper()
	n, host := broadcaster(t, 1)
	defer n.Close()
	latency := fmt.Sprintf("?latency=%d", 4*rtt.Milliseconds())
	control := newLine(t, n, host, "srt", network.Conditions{Delay: rtt / 2})
	lines, to := []*line{control}, []string{"--to", control.url + latency}
	for i, loss := range losses {
		c := network.Conditions{Delay: rtt / 2, Loss: loss}
		r := srtRace{loss: loss, rtt: rtt, ours: newLine(t, n, host, "srt", c), theirs: newLine(t, n, host, "srt", c)}
		relay := fmt.Sprintf("srt://127.0.0.1:%d", 9000+i)
		defer transmit(t, host, relay+"?mode=listener", r.theirs.url+latency).Close()
		to = append(to, "--to", r.ours.url+latency, "--to", relay)
		races, lines = append(races, r), append(lines, r.ours, r.theirs)
	}
	p := broadcast(t, host, stage, nil, append(to, "--video", "screen:0", "--audio", "tone", "--size", "640x360",
		"--bitrate", "4000k", "--preset", "ultrafast")...)
	defer p.Close()
	allLive(t, p, lines)
	time.Sleep(2 * time.Second) // what was sent while the other side was connecting
	before := map[*line]srtCounts{}
	for _, l := range lines {
		before[l] = l.counts()
	}
	resent := lastStats(t, p)
	time.Sleep(length)
	for i := range races {
		r := &races[i]
		r.us, r.them = r.ours.counts().since(before[r.ours]), r.theirs.counts().since(before[r.theirs])
		r.resent = lastStats(t, p).Outputs[1+2*i].Resent - resent.Outputs[1+2*i].Resent
	}
	return races, control.counts().since(before[control]).unrecovered == 0
}

// transmit starts srt-live-transmit on a host.
func transmit(t *testing.T, host *network.Host, from, to string) *testrig.Program {
	t.Helper()
	p, err := testrig.StartToolOn(host, "srt-live-transmit", "-chunk:1316", from, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func (r srtRace) judge(t *testing.T, length time.Duration) {
	t.Helper()
	ours, theirs := r.us, r.them
	t.Logf("loss %v %%, %v there and back, %v: golive %d of %d not recovered (%.1f %% sent again), srt-live-transmit %d of %d",
		100*r.loss, r.rtt, length, ours.unrecovered, ours.received, 100*float64(r.resent)/float64(ours.received),
		theirs.unrecovered, theirs.received)
	limit := map[float64]int64{0.02: 0, 0.05: 2, 0.10: (ours.received + ours.unrecovered) * 2 / 10_000}[r.loss]
	if ours.unrecovered > limit {
		t.Errorf("loss %v %%, %v there and back: %d packets not recovered, %d are allowed", 100*r.loss, r.rtt, ours.unrecovered, limit)
	}
	if ours.unrecovered > theirs.unrecovered+2 {
		t.Errorf("loss %v %%, %v there and back: worse than srt-live-transmit", 100*r.loss, r.rtt)
	}
	if rate := float64(ours.received) * 1316 * 8 / length.Seconds(); rate < 3e6 && soak() || rate < 0.8e6 {
		t.Errorf("%.2f Mbit/s arrived of 4", rate/1e6)
	}
}

func (r *receiver) counts() srtCounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.srt
}

func (c srtCounts) since(before srtCounts) srtCounts {
	return srtCounts{c.received - before.received, c.unrecovered - before.unrecovered}
}
