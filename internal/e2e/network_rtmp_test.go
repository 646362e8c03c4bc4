package e2e

import (
	"testing"
	"time"

	"golive/internal/testrig/network"
)

// TestRTMPLoss sends RTMP over a way that loses one packet in a hundred, with both kinds of congestion control: one
// that takes losses for a full link, and one that does not.
func TestRTMPLoss(t *testing.T) {
	stage := noisyStage(t)
	length := 10 * time.Second
	if soak() {
		length = time.Minute
	}
	for _, algorithm := range []string{"bbr", "cubic"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			n, host := broadcaster(t, 1)
			l := newLine(t, n, host, "rtmp", network.Conditions{Delay: 50 * time.Millisecond, Loss: 0.01})
			if err := host.SetCongestionControl(l.Link, algorithm); err != nil {
				t.Fatal(err)
			}
			lines := []*line{l}
			p := broadcast(t, host, stage, lines, "--video", "screen:0", "--audio", "tone", "--size", "640x360",
				"--bitrate", "2500k", "--preset", "ultrafast")
			allLive(t, p, lines)
			begun := time.Now()
			time.Sleep(length)
			rate := l.rate(begun, begun.Add(length))
			s := lastStats(t, p)
			dropped := *s.Outputs[0].DroppedFrames
			t.Logf("%s: %.2f Mbit/s, %d of %d pictures dropped", algorithm, rate/1e6, dropped, s.Video.Encoded)
			if l.connections != 1 || s.Outputs[0].Reconnects != 0 {
				t.Errorf("%d connections", l.connections)
			}
			switch {
			case algorithm == "bbr" && (dropped > s.Video.Encoded/100 || rate < 2.2e6):
				t.Error("losses alone cost pictures")
			case soak() && rate < 0.8e6, rate < 0.4e6: // it takes a while to find what there is
				t.Errorf("%.2f Mbit/s", rate/1e6)
			}
			l.checkSound(t)
		})
	}
}
