package gui

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A rig is a model with a world that the test controls.
type rig struct {
	*model
	home string

	mu      sync.Mutex
	started []publish.Config
	fakes   []*fakeBroadcast
	fail    error // of the next starts
	found   []capture.Device
}

// fakeBroadcast remembers what it was told.
type fakeBroadcast struct {
	mu      sync.Mutex
	shown   string
	muted   map[int]bool
	outputs []publish.OutputConfig
	record  string
	live    bool
	closed  bool
	err     error
	refuse  error // of SetVideo and GoLive
	slow    bool  // its outputs do not connect by themselves
	stats   publish.Stats
}

func (b *fakeBroadcast) Frame() *capture.VideoFrame { return nil }

func (b *fakeBroadcast) SetVideo(spec string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse == nil {
		b.shown = spec
	}
	return b.refuse
}

func (b *fakeBroadcast) SetMuted(i int, muted bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.muted[i] = muted
}

func (b *fakeBroadcast) GoLive(record string, outputs []publish.OutputConfig) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live, b.record, b.outputs = b.refuse == nil, record, outputs
	b.stats.Outputs = nil
	for _, o := range outputs {
		state := publish.Live
		if b.slow {
			state = publish.Connecting
		}
		b.stats.Outputs = append(b.stats.Outputs, publish.OutputStats{Name: o.Name, State: state})
	}
	return b.refuse
}

func (b *fakeBroadcast) AllRefused() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	waits := func(o publish.OutputStats) bool { return o.State != publish.Refused }
	return len(b.stats.Outputs) > 0 && !slices.ContainsFunc(b.stats.Outputs, waits)
}

func (b *fakeBroadcast) EndLive() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live = false
	return nil
}

func (b *fakeBroadcast) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *fakeBroadcast) Stats() publish.Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stats
}

func (b *fakeBroadcast) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.live = true, false
	return nil
}

func (b *fakeBroadcast) get(what func(*fakeBroadcast) bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return what(b)
}

// here is this computer as a destination.
type here struct{}

func (here) Protocol() string                       { return "local" }
func (here) Codecs() (video, audio []encoder.Codec) { return nil, nil }
func (here) Dial(context.Context, []*encoder.Stream, publish.Feedback) (publish.Output, error) {
	return nil, publish.ErrRefused
}

func newRig(t *testing.T, home string) *rig {
	t.Helper()
	keyring.MockInitWithError(errors.New("no bus"))
	r := &rig{home: home, found: []capture.Device{
		{Kind: capture.Screen, ID: "0", Name: "one", Bounds: image.Rect(0, 0, 1920, 1080)},
		{Kind: capture.Window, ID: "0x7", Name: "Game", Bounds: image.Rect(0, 0, 640, 480)},
		{Kind: capture.Mic, ID: "usb", Name: "USB microphone"},
	}}
	r.model = newModel(world{
		start:    r.open,
		devices:  r.devices,
		folder:   profile.OpenFolder(home),
		secrets:  secret.Open(home),
		local:    here{},
		watchURL: "http://127.0.0.1:8080/watch/live",
		log:      slog.New(slog.DiscardHandler),
	}, func() {})
	return r
}

// startRig returns a rig that runs until the test ends.
func startRig(t *testing.T) *rig {
	r := newRig(t, t.TempDir())
	r.start()
	t.Cleanup(r.Close)
	return r
}

func (r *rig) open(_ context.Context, c publish.Config) (broadcast, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = append(r.started, c)
	if r.fail != nil {
		return nil, r.fail
	}
	b := &fakeBroadcast{shown: c.Video, muted: map[int]bool{}}
	r.fakes = append(r.fakes, b)
	return b, nil
}

func (r *rig) devices() ([]capture.Device, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.found), nil
}

func (r *rig) set(change func(*rig)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// newest returns the broadcast started last, and how many there were.
func (r *rig) newest() (*fakeBroadcast, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.fakes) == 0 {
		return nil, 0
	}
	return r.fakes[len(r.fakes)-1], len(r.fakes)
}

// await fails the test when cond does not come true.
func await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func (r *rig) awaitPhase(t *testing.T, p phase) {
	t.Helper()
	await(t, "the phase", func() bool { return r.state().Phase == p })
}
