package publish

import (
	"testing"

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
