// Package modeltest lets the model of the window be tested without screens, sound and servers: a Rig is a model whose
// world the test controls, and whose broadcasts remember what they were told.
package modeltest

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"golive/capture"
	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// A Rig is a model with a world that the test controls.
type Rig struct {
	*model.Model
	Home    string
	Secrets *secret.Store

	mu      sync.Mutex
	Started []publish.Config
	Fakes   []*Fake
	Fail    error // of the next starts
	Found   []capture.Device
}

// A Fake is a broadcast that remembers what it was told.
type Fake struct {
	mu        sync.Mutex
	Shown     string
	Muted     map[int]bool
	Gain      map[int]float64
	Monitored map[int]bool
	Outputs   []publish.OutputConfig
	Record    string
	Live      bool
	Closed    bool
	Fault     error
	Refuse    error // of SetVideo and GoLive
	Slow      bool  // its outputs do not connect by themselves
	Now       publish.Stats
}

// Frame implements model.Broadcast.
func (b *Fake) Frame() *capture.VideoFrame { return nil }

// SetVideo implements model.Broadcast.
func (b *Fake) SetVideo(spec string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Refuse == nil {
		b.Shown = spec
	}
	return b.Refuse
}

// SetMuted implements model.Broadcast.
func (b *Fake) SetMuted(i int, muted bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Muted[i] = muted
}

// GoLive implements model.Broadcast.
func (b *Fake) GoLive(record string, outputs []publish.OutputConfig) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Live, b.Record, b.Outputs = b.Refuse == nil, record, outputs
	b.Now.Outputs, b.Now.Recording.Path = nil, record
	for _, o := range outputs {
		state := publish.Live
		if b.Slow {
			state = publish.Connecting
		}
		b.Now.Outputs = append(b.Now.Outputs, publish.OutputStats{Name: o.Name, State: state})
	}
	return b.Refuse
}

// AllRefused implements model.Broadcast.
func (b *Fake) AllRefused() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	waits := func(o publish.OutputStats) bool { return o.State != publish.Refused }
	return len(b.Now.Outputs) > 0 && !slices.ContainsFunc(b.Now.Outputs, waits)
}

// SetGain implements model.Broadcast.
func (b *Fake) SetGain(i int, db float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Gain[i] = db
}

// SetMonitored implements model.Broadcast.
func (b *Fake) SetMonitored(i int, on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Monitored[i] = on
	return nil
}

// AddOutput implements model.Broadcast.
func (b *Fake) AddOutput(o publish.OutputConfig) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Outputs = append(b.Outputs, o)
	b.Now.Outputs = append(b.Now.Outputs, publish.OutputStats{Name: o.Name, State: publish.Live})
	return nil
}

// StartOutput implements model.Broadcast.
func (b *Fake) StartOutput(i int) error { return b.enter(i, publish.Live) }

// StopOutput implements model.Broadcast.
func (b *Fake) StopOutput(i int) error { return b.enter(i, publish.Stopped) }

// RetryOutput implements model.Broadcast.
func (b *Fake) RetryOutput(i int) error { return b.enter(i, publish.Connecting) }

func (b *Fake) enter(i int, s publish.State) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Now.Outputs[i].State, b.Now.Outputs[i].Error = s, ""
	return nil
}

// StartRecording implements model.Broadcast.
func (b *Fake) StartRecording(path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Refuse == nil {
		b.Record, b.Now.Recording = path, publish.RecordingStats{Path: path}
	}
	return b.Refuse
}

// StopRecording implements model.Broadcast.
func (b *Fake) StopRecording() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Now.Recording = publish.RecordingStats{}
	return b.Refuse
}

// PauseRecording implements model.Broadcast.
func (b *Fake) PauseRecording(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Now.Recording.Paused = on
}

// SetSlate implements model.Broadcast.
func (b *Fake) SetSlate(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Now.Slate = on
}

// SaveReplay implements model.Broadcast.
func (b *Fake) SaveReplay() (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "/videos/replay.mp4", b.Refuse
}

// EndLive implements model.Broadcast.
func (b *Fake) EndLive() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Live = false
	return nil
}

// Err implements model.Broadcast.
func (b *Fake) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Fault
}

// Stats implements model.Broadcast.
func (b *Fake) Stats() publish.Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.Now
	s.Outputs = slices.Clone(s.Outputs)
	return s
}

// Close implements model.Broadcast.
func (b *Fake) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Closed, b.Live = true, false
	return nil
}

// Get calls what while nothing changes the Fake.
func (b *Fake) Get(what func(*Fake) bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return what(b)
}

// A Server is an embedded server that remembers whether it is shared.
type Server struct{ shared, protected atomic.Bool }

// Destination implements model.Companion.
func (*Server) Destination() publish.Destination { return Here{} }

// WatchURL implements model.Companion.
func (*Server) WatchURL() string { return "http://127.0.0.1:8080/watch/live" }

// InviteURL implements model.Companion.
func (s *Server) InviteURL(once bool) string {
	switch {
	case !s.protected.Load():
		return s.WatchURL()
	case once:
		return s.WatchURL() + "?token=once"
	}
	return s.WatchURL() + "?token=month"
}

// Protect implements model.Companion.
func (s *Server) Protect(on bool) error { s.protected.Store(on); return nil }

// Protected implements model.Companion.
func (s *Server) Protected() bool { return s.protected.Load() }

// Share implements model.Companion.
func (s *Server) Share(on bool) error { s.shared.Store(on); return nil }

// Shared implements model.Companion.
func (s *Server) Shared() bool { return s.shared.Load() }

// Ports implements model.Companion.
func (*Server) Ports() string { return "TCP 8080, UDP 8189" }

// Here is this computer as a destination.
type Here struct{}

func (Here) Protocol() string                       { return "local" }
func (Here) Codecs() (video, audio []encoder.Codec) { return nil, nil }
func (Here) Dial(context.Context, []*encoder.Stream, publish.Feedback) (publish.Output, error) {
	return nil, publish.ErrRefused
}

// New returns a rig with its settings in home. It runs from Start until Close.
func New(t *testing.T, home string) *Rig {
	t.Helper()
	return NewWith(t, home, func(*model.World) {})
}

// NewWith is New with another world.
func NewWith(t *testing.T, home string, change func(*model.World)) *Rig {
	t.Helper()
	keyring.MockInitWithError(errors.New("no bus"))
	r := &Rig{Home: home, Secrets: secret.Open(home), Found: []capture.Device{
		{Kind: capture.Screen, ID: "0", Name: "one", Bounds: image.Rect(0, 0, 1920, 1080)},
		{Kind: capture.Window, ID: "0x7", Name: "Game", Bounds: image.Rect(0, 0, 640, 480)},
		{Kind: capture.Mic, ID: "usb", Name: "USB microphone"},
	}}
	settings, err := profile.LoadSettings(home)
	w := model.World{
		Settings: settings,
		Trouble:  []error{err},
		Start:    r.open,
		Devices:  r.devices,
		OpenVideo: func(_ string, o capture.VideoOptions) (capture.VideoSource, error) {
			return capture.OpenVideo("pattern", o)
		},
		Home:      home,
		Folder:    profile.OpenFolder(home),
		Secrets:   r.Secrets,
		Companion: &Server{},
		Log:       slog.New(slog.DiscardHandler),
	}
	change(&w)
	r.Model = model.New(w, func() {})
	return r
}

// Start returns a rig that runs until the test ends.
func Start(t *testing.T) *Rig {
	r := New(t, t.TempDir())
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func (r *Rig) open(_ context.Context, c publish.Config) (model.Broadcast, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Started = append(r.Started, c)
	if r.Fail != nil {
		return nil, r.Fail
	}
	b := &Fake{Shown: c.Video, Muted: map[int]bool{}, Gain: map[int]float64{}, Monitored: map[int]bool{}}
	r.Fakes = append(r.Fakes, b)
	return b, nil
}

func (r *Rig) devices() ([]capture.Device, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.Found), nil
}

// Set changes the world.
func (r *Rig) Set(change func(*Rig)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

// Configs returns what broadcasts were started with.
func (r *Rig) Configs() []publish.Config {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.Started)
}

// Newest returns the broadcast started last, and how many there were.
func (r *Rig) Newest() (*Fake, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.Fakes) == 0 {
		return nil, 0
	}
	return r.Fakes[len(r.Fakes)-1], len(r.Fakes)
}

// Await fails the test when cond does not come true.
func Await(t *testing.T, what string, cond func() bool) {
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

// AwaitPhase waits until the broadcast is in phase p.
func (r *Rig) AwaitPhase(t *testing.T, p model.Phase) {
	t.Helper()
	Await(t, "the phase", func() bool { return r.State().Phase == p })
}
