package e2e

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig/network"
)

const (
	wide, narrow  = 8_000_000, 2_000_000 // bit/s of the link
	squeezedRate  = 6_000_000
	routerQueue   = 64 << 10 // bytes
	maxQueue      = 900 * time.Millisecond
	timeToRecover = 20 * time.Second
)

// A squeezing is a broadcast whose link is made narrow for a while.
type squeezing struct {
	*line
	narrowed, widened, ended time.Time
	stats                    []statsLine
}

// TestSqueeze narrows the way of a broadcast to a quarter, and widens it again, for each protocol. A machine that is too
// busy to encode all pictures gets more tries.
func TestSqueeze(t *testing.T) {
	if !soak() {
		t.Skip("it takes minutes; set GOLIVE_SOAK")
	}
	stage := noisyStage(t)
	for i, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			for try := 1; ; try++ {
				s := squeeze(t, stage, protocol, uint64(i))
				last := s.stats[len(s.stats)-1].Video
				if last.Lagged+last.Skipped <= last.Encoded/50 {
					s.judge(t)
					return
				}
				if t.Logf("try %d: %d pictures lagged or skipped: this machine is too busy", try, last.Lagged+last.Skipped); try == 3 {
					t.Skip("this machine is too busy to judge a bit rate on")
				}
			}
		})
	}
}

func squeeze(t *testing.T, stage []string, protocol string, seed uint64) *squeezing {
	t.Helper()
	n, host := broadcaster(t, seed)
	s := &squeezing{line: newLine(t, n, host, protocol, network.Conditions{Rate: wide, Queue: routerQueue, Delay: 20 * time.Millisecond})}
	if protocol == "srt" {
		s.url += "?latency=800" // or what waits in the router would come too late for the receiver
	}
	lines := []*line{s.line}
	p := broadcast(t, host, stage, lines, "--video", "screen:0", "--audio", "tone", "--size", "640x360", "--bitrate", "6000k",
		"--preset", "ultrafast")
	defer p.Close()
	allLive(t, p, lines)
	pause := func(length time.Duration) time.Time {
		time.Sleep(length)
		return time.Now()
	}
	s.narrowed = pause(8 * time.Second)
	s.There.SetRate(narrow)
	s.widened = pause(8 * time.Second)
	s.There.SetRate(wide)
	s.ended = pause(timeToRecover + 3*time.Second)
	p.Signal(syscall.SIGINT)
	if code := wait(t, p, 10*time.Second); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Stderr())
	}
	s.stats = stats(t, p)
	return s
}

func (s *squeezing) judge(t *testing.T) {
	t.Helper()
	before, during := s.rate(s.narrowed.Add(-4*time.Second), s.narrowed), s.rate(s.narrowed.Add(3*time.Second), s.widened)
	after := s.rate(s.widened.Add(timeToRecover), s.ended)
	last := s.stats[len(s.stats)-1]
	t.Logf("%.2f Mbit/s, then %.2f of %.2f, then %.2f; back at 90 %% after %v; %d of %d pictures dropped, %d lagged", before/1e6,
		during/1e6, narrow/1e6, after/1e6, s.backAfter(0.9*before).Round(100*time.Millisecond), *last.Outputs[0].DroppedFrames,
		last.Video.Encoded, last.Video.Lagged+last.Video.Skipped)
	if before < 0.8*squeezedRate || after < 0.9*before {
		t.Errorf("%.2f Mbit/s %v after the link is wide again, %.2f at first", after/1e6, timeToRecover, before/1e6)
	}
	s.checkLate(t)
	s.checkQueue(t)
	s.checkSound(t)
	s.checkPictures(t)
	if s.connections != 1 || s.counts().unrecovered != 0 {
		t.Errorf("%d connections, %d packets lost", s.connections, s.counts().unrecovered)
	}
}

// backAfter returns when the rate over two seconds first was at least so many bit/s, counted from the widening.
func (s *squeezing) backAfter(rate float64) time.Duration {
	const window = 2 * time.Second
	for at := s.widened.Add(window); at.Before(s.ended); at = at.Add(100 * time.Millisecond) {
		if s.rate(at.Add(-window), at) >= rate {
			return at.Sub(s.widened)
		}
	}
	return s.ended.Sub(s.widened)
}

// checkLate expects pictures and sound soon after they were encoded, as the times in the stream tell. The least delay is
// that of the way itself.
func (s *squeezing) checkLate(t *testing.T) {
	t.Helper()
	least, worst := map[bool]time.Duration{}, map[bool]time.Duration{}
	for _, a := range s.all() {
		delay := time.Duration(a.at.UnixNano()) - a.dts
		if known, ok := least[a.video]; !ok || delay < known {
			least[a.video] = delay
		}
		if a.at.After(s.narrowed.Add(-2 * time.Second)) {
			worst[a.video] = max(worst[a.video], delay-least[a.video])
		}
	}
	// What waits in the router is not Golive's: its queue takes this long to empty.
	router := time.Duration(routerQueue*8) * time.Second / narrow
	t.Logf("pictures at most %v late, sound %v, of which the router may cause %v", worst[true].Round(time.Millisecond),
		worst[false].Round(time.Millisecond), router.Round(time.Millisecond))
	if limit := maxQueue + router; worst[true] > limit || worst[false] > limit {
		t.Errorf("more than %v late", limit)
	}
}

// checkQueue expects what Golive says about its queue to stay within bounds.
func (s *squeezing) checkQueue(t *testing.T) {
	t.Helper()
	var queues []int
	for _, line := range s.stats {
		for _, o := range line.Outputs {
			queues = append(queues, o.QueueMS)
		}
	}
	t.Logf("queue, each second: %v ms", queues)
	if most := slices.Max(queues); most > int(maxQueue.Milliseconds()) {
		t.Errorf("%d ms were queued", most)
	}
}
