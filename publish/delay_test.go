package publish

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golive/encoder"
)

func TestDelayLineKeepsTheAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var got []*encoder.Packet
		l := newDelayLine(20*time.Second, func(p *encoder.Packet) {
			if age := time.Since(begin) - p.DTS; age != 20*time.Second {
				t.Errorf("%v old", age)
			}
			got = append(got, p)
		})
		for n := range 500 {
			l.push(videoPacket(time.Duration(n)*100*time.Millisecond, n%20 == 0))
			time.Sleep(100 * time.Millisecond)
		}
		if left := l.end(); left < 199 || left+int64(len(got)) != 500 {
			t.Errorf("%d passed on, %d left", len(got), left)
		}
		l.push(videoPacket(0, true))
	})
}

// More than the limit is not held: the delay becomes shorter.
func TestDelayLineIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		passed := 0
		l := newDelayLine(time.Minute, func(*encoder.Packet) { passed++ })
		l.limit = 10 * videoPacket(0, true).Size()
		for range 25 {
			l.push(videoPacket(0, true))
			synctest.Wait()
		}
		if left := l.end(); left != 10 || passed != 15 {
			t.Errorf("%d left, %d passed on", left, passed)
		}
	})
}

// A delayed output connects when it has something to send, and the delay outlives a reconnect.
func TestDelayOutlivesAReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		first, second := newFakeOutput(), newFakeOutput()
		var lose Feedback
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){
			func(_ context.Context, fb Feedback) (Output, error) { lose = fb; return first, nil },
			fails(errors.New("down")), accepts(second),
		}}
		s := newSender(OutputConfig{Name: "h", Destination: d}, fakeStudio(func() { t.Error("a key frame is asked for") }), discard)
		s.delayed, s.streams = true, []*encoder.Stream{testVideo, testAudio}
		s.start()
		l := newDelayLine(10*time.Second, s.push)
		for n := range 300 {
			l.push(videoPacket(time.Duration(n)*100*time.Millisecond, n%20 == 0))
			time.Sleep(100 * time.Millisecond)
			if n == 200 {
				lose.Lost(errors.New("gone"))
			}
		}
		if connected := d.first().Sub(begin); connected != 10*time.Second {
			t.Errorf("connected after %v", connected)
		}
		packets := second.written()
		if len(packets) == 0 || !packets[0].Keyframe {
			t.Fatalf("%d packets after the reconnect", len(packets))
		}
		if last := packets[len(packets)-1]; time.Since(begin)-last.DTS > 10*time.Second+200*time.Millisecond {
			t.Errorf("the last packet is %v old", time.Since(begin)-last.DTS)
		}
		l.end()
		s.end(time.Now())
	})
}

func TestDelayIsChecked(t *testing.T) {
	for _, c := range []struct {
		delay time.Duration
		rate  int
		says  string
	}{
		{-time.Second, 1e6, "out of range"}, {MaxDelay + 1, 1e6, "out of range"}, {MaxDelay, 100e6, "MB of memory"}, {MaxDelay, 20e6, ""},
	} {
		err := checkDelay(Config{Delay: c.delay, BitRate: c.rate})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v at %d: %v", c.delay, c.rate, err)
		}
	}
}

// The embedded server is not delayed unless that is chosen, and what nobody has seen is forgotten at the end.
func TestBroadcastWithDelay(t *testing.T) {
	c := testConfig()
	c.Delay = 2 * time.Second
	b := startBroadcast(t, c)
	p := startPeer(t, nil)
	goLive(t, b, "", OutputConfig{Name: "far", Destination: destination(t, p.URL, "k")},
		OutputConfig{Name: "page", Destination: Local(startServer(t), "live")})
	eventually(t, "the page", func() bool { s := b.Stats(); return len(s.Outputs) == 2 && s.Outputs[1].SentBytes > 0 })
	if s := b.Stats(); s.UptimeS < 1.5 && s.Outputs[0].State != Connecting {
		t.Errorf("%+v", s.Outputs[0])
	}
	eventually(t, "the far one", func() bool { return states(b, Live, Live) && b.Stats().Outputs[0].SentBytes > 0 })
	if s := b.Stats(); s.UptimeS < 1.9 {
		t.Errorf("live after %v s", s.UptimeS)
	}
	endLive(t, b)
	s := b.Stats()
	if held := s.Outputs[0].Dropped.Ended; held < 45 || held > 75 || s.Outputs[1].DroppedFrames != 0 {
		t.Errorf("%+v", s.Outputs)
	}
}
