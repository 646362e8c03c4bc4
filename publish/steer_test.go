package publish

import (
	"testing"
	"testing/synctest"
	"time"

	"golive/encoder"
)

// Each policy follows whom it says, and the user's bit rate is never exceeded.
func TestPolicies(t *testing.T) {
	b := startBroadcast(t, testConfig())
	goLive(t, b, "",
		OutputConfig{Name: "page", Destination: Local(startServer(t), "live")},
		OutputConfig{Name: "main", Destination: destination(t, startPeer(t, nil).URL, "k")},
		OutputConfig{Name: "slow", Destination: destination(t, startPeer(t, nil).URL, "k")})
	eventually(t, "three that are live", func() bool { return states(b, Live, Live, Live) })
	l := b.live.Load()
	l.config.FloorBitRate = encoder.MinBitRate
	outputs := l.outputs()
	for i, rate := range []int{60_000, 400_000, 200_000} {
		outputs[i].mu.Lock()
		outputs[i].adapter.rate = rate
		outputs[i].mu.Unlock()
	}
	for policy, want := range map[Adapt]int{"": 400_000, AdaptMain: 400_000, AdaptSlowest: 200_000, AdaptNone: 500_000} {
		l := &live{config: l.config, video: &pictureEncoder{}, senders: outputs}
		l.config.Adapt = policy
		l.most.Store(500_000)
		l.steer()
		if got := int(l.video.rate.Load()); got != want {
			t.Errorf("%q: %d, want %d", policy, got, want)
		}
	}
	if err := b.StopOutput(1); err != nil {
		t.Fatal(err)
	}
	if followed := l.followed(); len(followed) != 1 || followed[0] != outputs[2] {
		t.Errorf("%d are followed when the main one is stopped", len(followed))
	}
}

// The output that the pictures are made for gets a key frame whenever it has lost some, the others together one each two
// seconds.
func TestKeyFramesAfterLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &live{}
		for range 3 {
			l.senders = append(l.senders, newSender(OutputConfig{Destination: &fakeDestination{}}, l, discard))
		}
		main, one, other := l.senders[0], l.senders[1], l.senders[2]
		asks := func(s *sender, want bool) {
			t.Helper()
			if got := l.refill(s); got != want || l.wantKey.Swap(false) != want {
				t.Errorf("asked: %v, want %v", got, want)
			}
		}
		asks(main, true)
		asks(main, true)
		asks(one, true)
		asks(other, false)
		asks(main, true)
		time.Sleep(refillEvery)
		asks(other, true)
		asks(one, false)
	})
}
