package publish

import (
	"testing"
	"time"
)

func TestUploadNeeded(t *testing.T) {
	c := Config{BitRate: 6_000_000, AudioBitRate: 200_000, Audio: []string{"tone"}}
	far := OutputConfig{Destination: destination(t, "rtmp://127.0.0.1/live", "k")}
	near := OutputConfig{Destination: Local(nil, "live")}
	for _, x := range []struct {
		outputs []OutputConfig
		want    int
	}{{nil, 0}, {[]OutputConfig{near}, 0}, {[]OutputConfig{near, far}, 6_510_000}, {[]OutputConfig{far, far, far}, 3 * 6_510_000}} {
		if got := c.Upload(x.outputs); got != x.want {
			t.Errorf("%d for %d outputs, want %d", got, len(x.outputs), x.want)
		}
	}
	c.Audio = []string{"none"}
	if got := c.Upload([]OutputConfig{far}); got != 6_300_000 {
		t.Errorf("%d without sound", got)
	}
}

// Before anything was sent it is unknown; a way that is full and too narrow is told of, a good one is not.
func TestUploadWhileLive(t *testing.T) {
	b := startBroadcast(t, testConfig())
	p := startPeer(t, nil)
	goLive(t, b, "", OutputConfig{Name: "p", Destination: destination(t, p.URL, "k")})
	if s := b.Stats().Upload; s.NeededKbps != 693 || s.Warning != "" {
		t.Errorf("at first: %+v", s)
	}
	eventually(t, "acknowledgements", func() bool { return b.Stats().Upload.Known })
	if s := b.Stats().Upload; s.Warning != "" {
		t.Errorf("%+v", s)
	}
	sender := b.live.Load().outputs()[0]
	sender.mu.Lock()
	sender.adapter.uneasy = time.Now()
	sender.mu.Unlock()
	b.live.Load().most.Store(50_000_000)
	if s := b.Stats().Upload; s.Warning == "" {
		t.Errorf("a full way: %+v", s)
	}
	if err := b.StopOutput(0); err != nil {
		t.Fatal(err)
	}
	if s := b.Stats().Upload; s.NeededKbps != 0 || s.Known || s.Warning != "" {
		t.Errorf("stopped: %+v", s)
	}
}
