package e2e

import (
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/network"
)

const (
	// maxReturn is how long a destination may be without media once the network is back.
	maxReturn = 3 * time.Second
	// maxCatchUp is how long its pictures may then be more than a second late: what TCP held during an outage goes first.
	maxCatchUp = 10 * time.Second
)

// TestOutages makes a black hole of the way to a destination of each protocol, for as long as people wait for a router,
// while a destination over another way goes on. With GOLIVE_SOAK it does so twenty times each, in four broadcasts.
func TestOutages(t *testing.T) {
	if !soak() {
		outages(t, 1, 2*time.Second, 10*time.Second)
		return
	}
	for seed := range uint64(4) {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			var lengths []time.Duration
			for range 5 {
				lengths = append(lengths, 2*time.Second, 10*time.Second, 70*time.Second)
			}
			outages(t, seed, lengths...)
		})
	}
}

func outages(t *testing.T, seed uint64, lengths ...time.Duration) {
	n, host := broadcaster(t, seed)
	good := network.Conditions{Delay: 10 * time.Millisecond}
	var cut []*line
	for _, protocol := range protocols {
		cut = append(cut, newLine(t, n, host, protocol, good))
	}
	steady := newLine(t, n, host, "rtmp", good)
	all := append(slices.Clone(cut), steady)
	p := broadcast(t, host, home(t), all, "--video", "pattern", "--audio", "tone", "--size", "320x180", "--bitrate", "500k",
		"--preset", "ultrafast")
	phase := rand.New(rand.NewPCG(seed, 0))
	for _, length := range lengths {
		allLive(t, p, all)
		time.Sleep(time.Duration(phase.Int64N(int64(2 * time.Second)))) // attempts and key frames come at a beat of their own
		outage(t, p, cut, length)
	}
	allLive(t, p, all)
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Stderr())
	}
	checkSteady(t, p, steady)
	for _, l := range all {
		l.checkPictures(t)
	}
}

// outage cuts the lines, and expects media on each soon after.
func outage(t *testing.T, p *testrig.Program, lines []*line, length time.Duration) {
	t.Helper()
	for _, l := range lines {
		l.Cut(true)
	}
	time.Sleep(length)
	for _, l := range lines {
		l.Cut(false)
	}
	back := time.Now()
	for _, l := range lines {
		var first, fresh latePicture
		until(t, p, 30*time.Second, "media over "+l.protocol, func() (ok bool) {
			first, _ = l.firstPicture(back, time.Hour)
			fresh, ok = l.firstPicture(back, time.Second)
			return ok
		})
		took, caughtUp := first.at.Sub(back), fresh.at.Sub(back)
		t.Logf("%v without %s: media %v after the link was back, caught up after %v", length, l.protocol,
			took.Round(time.Millisecond), caughtUp.Round(time.Millisecond))
		if took > maxReturn || caughtUp > maxCatchUp {
			t.Errorf("%v without %s: media only %v after the link was back; it says\n%s", length, l.protocol, took, p.Stderr())
		}
	}
}

// checkSteady expects that a line got every picture, and that the encoder went on all the time.
func checkSteady(t *testing.T, p *testrig.Program, l *line) {
	t.Helper()
	s := lastStats(t, p)
	o := s.Outputs[len(s.Outputs)-1]
	pictures := l.times(true)
	t.Logf("steady line: %d pictures of %d encoded; %d lagged, %d skipped", len(pictures), s.Video.Encoded, s.Video.Lagged, s.Video.Skipped)
	if *o.DroppedFrames != 0 || o.Reconnects != 0 || l.connections != 1 || len(pictures) < s.Video.Encoded {
		t.Errorf("the line that was not cut lost something: %+v", o)
	}
	if !slices.IsSorted(pictures) {
		t.Error("its times go back")
	}
	l.checkSound(t)
}

// checkSound expects sound without a gap on one connection.
func (l *line) checkSound(t *testing.T) {
	t.Helper()
	sound := l.times(false)
	var gaps []time.Duration
	for i := 1; i < len(sound); i++ {
		if step := sound[i] - sound[i-1]; step < 15*time.Millisecond || step > 30*time.Millisecond {
			gaps = append(gaps, step)
		}
	}
	if len(gaps) > 0 {
		t.Errorf("%s: %d of %d steps of the sound are no piece long, the largest %v", l.protocol, len(gaps), len(sound), slices.Max(gaps))
	}
}

// checkPictures expects that the pictures of each connection begin with a key frame and decode without a complaint.
func (l *line) checkPictures(t *testing.T) {
	t.Helper()
	begun := map[int]bool{}
	for _, a := range l.all() {
		if a.video && !begun[a.connection] {
			begun[a.connection] = true
			if !a.key {
				t.Errorf("%s: connection %d begins without a key frame", l.protocol, a.connection)
			}
		}
	}
	for number := range begun {
		if err := testrig.DecodeStrict(t.Context(), l.pictures(number)); err != nil {
			t.Errorf("%s, connection %d: %v", l.protocol, number, err)
		}
	}
}
