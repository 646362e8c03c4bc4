package gui

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"golive/capture"
	"golive/profile"
)

// errNoDestination: there is nowhere to send to.
var errNoDestination = errors.New("no destination is chosen, and nothing is recorded")

// A model is the window's memory and will, without a window: the profile being edited, and whether to be live. Its
// methods return at once. One goroutine (worker.go) makes the broadcast follow, another one looks for devices.
type model struct {
	world   world
	changed func() // called from any goroutine when state returns something new; must not block

	wake   chan struct{} // one slot: the worker has something to do
	look   chan struct{} // one slot: the devices are wanted now
	cancel context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	name    string
	names   []string
	profile profile.Profile
	saved   profile.Profile // as on disk
	devices []capture.Device
	muted   map[string]bool
	keys    map[string]bool // references that were stored or in use in this run
	notice  error
	stuck   bool // the notice is about what cannot be captured, and goes away when it can

	wantLive  bool
	live      bool      // the broadcast has gone live
	liveSince time.Time // somebody can receive it; zero before that
	told      troubles
	b         broadcast
	opened    setup  // what b was started with
	failed    setup  // what it could last not be started with; not tried again
	shown     string // SPEC of what b shows
}

// newModel opens the profile of the last run. changed: see model.
func newModel(w world, changed func()) *model {
	m := &model{
		world:   w,
		changed: changed,
		wake:    make(chan struct{}, 1),
		look:    make(chan struct{}, 1),
		muted:   map[string]bool{},
		keys:    map[string]bool{},
	}
	m.openLast()
	return m
}

// start lets the broadcast follow the profile until Close.
func (m *model) start() {
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.done.Go(func() { m.work(ctx) })
	m.done.Go(func() { m.watchDevices(ctx) })
	m.poke(m.wake)
}

// Close ends the broadcast and waits for it.
func (m *model) Close() {
	m.cancel()
	m.done.Wait()
	m.dropKeys(nil) // what is not saved by now is lost
}

// poke fills a one-slot channel.
func (m *model) poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// edit changes the profile, in a way that is possible at any time.
func (m *model) edit(change func(*profile.Profile)) {
	m.mu.Lock()
	change(&m.profile)
	m.mu.Unlock()
	m.poke(m.wake)
	m.changed()
}

// editIdle changes the profile unless it is on air, when the change has to wait.
func (m *model) editIdle(change func(*profile.Profile)) {
	m.edit(func(p *profile.Profile) {
		if !m.busy() {
			change(p)
		}
	})
}

// busy says whether the profile is on air. The caller holds mu.
func (m *model) busy() bool { return m.wantLive || m.live }

// Show shows another source, also while live.
func (m *model) Show(spec string) {
	m.edit(func(p *profile.Profile) {
		p.Video = spec
		m.failed = setup{}
	})
}

// AddSound mixes in another sound source.
func (m *model) AddSound(spec string) {
	m.editIdle(func(p *profile.Profile) {
		if !slices.Contains(p.Audio, spec) {
			p.Audio = append(p.Audio, spec)
		}
	})
}

// RemoveSound leaves out the sound source spec.
func (m *model) RemoveSound(spec string) {
	m.editIdle(func(p *profile.Profile) {
		p.Audio = slices.DeleteFunc(p.Audio, func(s string) bool { return s == spec })
	})
}

// ToggleMute silences the sound source spec, or lets it be heard again.
func (m *model) ToggleMute(spec string) {
	m.mu.Lock()
	m.muted[spec] = !m.muted[spec]
	if i := slices.Index(m.opened.sounds(), spec); i >= 0 && m.b != nil {
		m.b.SetMuted(i, m.muted[spec])
	}
	m.mu.Unlock()
	m.changed()
}

// SetPicture changes size, frame rate, bit rate and recording together.
func (m *model) SetPicture(size profile.Size, fps profile.FrameRate, rate profile.BitRate, record string) {
	m.editIdle(func(p *profile.Profile) { p.Size, p.FPS, p.BitRate, p.Record = size, fps, rate, record })
}

// ToggleLive goes live, or ends it.
func (m *model) ToggleLive() {
	m.mu.Lock()
	m.wantLive = !m.wantLive
	if m.wantLive {
		m.notice = nil
		m.failed = setup{}
		if len(m.profile.Destinations) == 0 && m.profile.Record == "" {
			m.wantLive, m.notice = false, errNoDestination
		}
	}
	m.mu.Unlock()
	m.poke(m.wake)
	m.changed()
}

// Retry tries again to open what could not be opened.
func (m *model) Retry() {
	m.mu.Lock()
	m.failed, m.notice = setup{}, nil
	m.mu.Unlock()
	m.poke(m.wake)
	m.poke(m.look)
	m.changed()
}

// Dismiss takes the notice away.
func (m *model) Dismiss() { m.report(nil) }

// report shows err, and logs its chain.
func (m *model) report(err error) {
	if err != nil {
		m.world.log.Error("shown in the window", "error", err)
	}
	m.mu.Lock()
	m.notice, m.stuck = err, false
	m.mu.Unlock()
	m.changed()
}

// Frame returns the newest picture, or nil. The caller must Release it.
func (m *model) Frame() *capture.VideoFrame {
	m.mu.Lock()
	b := m.b
	m.mu.Unlock()
	if b == nil {
		return nil
	}
	return b.Frame()
}

// unsaved says whether the profile differs from the one on disk. The caller holds mu.
func (m *model) unsaved() bool { return !reflect.DeepEqual(m.profile, m.saved) }

// allNames returns the names of the saved profiles and of the open one. The caller holds mu.
func (m *model) allNames() []string {
	all := map[string]bool{m.name: true}
	for _, name := range m.names {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
