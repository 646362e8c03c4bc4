package e2e

import (
	"slices"
	"testing"
	"time"

	"golive/internal/testrig/network"
)

// TestCliff narrows the way of a stream of 6 Mbit/s from 8 to 2 Mbit/s, as when somebody else in the house uploads, and
// makes it wide again. On a computer that others keep busy, the way stands still now and then, which is a cliff of its own:
// it is for the soak.
func TestCliff(t *testing.T) {
	if !soak() {
		t.Skip("set GOLIVE_SOAK")
	}
	stage := noisyStage(t)
	for _, protocol := range cliffProtocols {
		t.Run(protocol, func(t *testing.T) {
			n, host := broadcaster(t, 7)
			c := network.Conditions{Rate: 8e6, Delay: 20 * time.Millisecond}
			l := newLine(t, n, host, protocol, c)
			lines := []*line{l}
			p := broadcast(t, host, stage, lines, "--video", "screen:0", "--audio", "tone", "--size", "640x360",
				"--bitrate", "6000k", "--preset", "ultrafast")
			allLive(t, p, lines)
			time.Sleep(5 * time.Second)
			narrow := time.Now()
			l.There.SetRate(2e6)
			time.Sleep(10 * time.Second)
			wide := time.Now()
			l.There.SetRate(8e6)
			time.Sleep(20 * time.Second)
			back := time.Now()
			time.Sleep(4 * time.Second)
			for s := range 39 {
				from := narrow.Add(time.Duration(s-5) * time.Second)
				late, _ := l.lateness(from, from.Add(time.Second))
				t.Logf("%3d s: %.2f Mbit/s, up to %v late", s-5, l.rate(from, from.Add(time.Second))/1e6, late.Round(time.Millisecond))
			}
			before, after := l.rate(narrow.Add(-3*time.Second), narrow), l.rate(back, back.Add(4*time.Second))
			dropped := *lastStats(t, p).Outputs[0].DroppedFrames
			worst, when := l.lateness(narrow, back)
			t.Logf("%s: %.2f Mbit/s before and %.2f after; %d pictures dropped; at most %v late, %v after the narrowing",
				protocol, before/1e6, after/1e6, dropped, worst, when.Sub(narrow).Round(10*time.Millisecond))
			if after < 0.9*before {
				t.Errorf("back at %.2f of %.2f Mbit/s", after/1e6, before/1e6)
			}
			if worst > 900*time.Millisecond {
				t.Errorf("a picture came %v late", worst)
			}
			if rate := l.rate(narrow.Add(3*time.Second), wide); rate < 1.2e6 {
				t.Errorf("%.2f of 2 Mbit/s were used", rate/1e6)
			}
			p.Close()
			l.checkSound(t)
			l.checkPictures(t)
		})
	}
}

var cliffProtocols = []string{"rtmp", "srt"}

// lateness returns how much later than the quickest one a picture came at most between two moments, and when.
func (l *line) lateness(from, to time.Time) (worst time.Duration, when time.Time) {
	var all []arrival
	for _, a := range l.all() {
		if a.video {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return 0, when
	}
	delay := func(a arrival) time.Duration { return a.at.Sub(all[0].at) - (a.dts - all[0].dts) }
	quickest := delay(slices.MinFunc(all, func(a, b arrival) int { return int(delay(a) - delay(b)) }))
	for _, a := range all {
		if late := delay(a) - quickest; a.at.After(from) && !a.at.After(to) && late > worst {
			worst, when = late, a.at
		}
	}
	return worst, when
}
