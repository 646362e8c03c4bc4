package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig/network"
)

// TestFarAway sends to the other side of the world: with a round trip of 200 ms, the first attempt on each protocol gets
// live in the time that an attempt has.
func TestFarAway(t *testing.T) {
	n, host := broadcaster(t, 0)
	var lines []*line
	for _, protocol := range protocols {
		lines = append(lines, newLine(t, n, host, protocol, network.Conditions{Delay: 100 * time.Millisecond}))
	}
	p := broadcast(t, host, home(t), lines, "--video", "pattern", "--audio", "tone", "--size", "320x180", "--bitrate", "500k",
		"--preset", "ultrafast")
	allLive(t, p, lines)
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Stderr())
	}
	for _, l := range lines {
		l.checkPictures(t)
	}
	if said := p.Stderr(); strings.Contains(said, "does not answer") || strings.Contains(said, "no media gets there") {
		t.Errorf("an attempt took too long:\n%s", said)
	}
}
