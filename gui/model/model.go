// Package model is the window without the window: what the person wants, what the broadcast does, and all that is to be
// shown of both. Its methods are what a person can do; State is what there is to see. It imports no toolkit, so it is
// tested without a display, and goroutines may call it freely.
package model

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
	"golive/publish"
)

// ErrNoDestination: there is nowhere to send to.
var ErrNoDestination = errors.New("no destination is chosen, and nothing is recorded")

// A Model is the window's memory and will, without a window: the profile being edited, and whether to be live. Its
// methods return at once. One goroutine (worker.go) makes the broadcast follow, another one looks for devices.
type Model struct {
	world   World
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
	b         Broadcast
	opened    *publish.Config // what b was started with; nil when it is to be started anew
	failed    *publish.Config // what could last not be started; not tried again
	shown     string          // SPEC of what b shows
}

// New opens the profile of the last run. changed: see model.
func New(w World, changed func()) *Model {
	m := &Model{
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

// Start lets the broadcast follow the profile until Close.
func (m *Model) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	m.done.Go(func() { m.work(ctx) })
	m.done.Go(func() { m.watchDevices(ctx) })
	m.poke(m.wake)
}

// Close ends the broadcast and waits for it.
func (m *Model) Close() {
	m.cancel()
	m.done.Wait()
	m.dropKeys(nil) // what is not saved by now is lost
}

// poke fills a one-slot channel.
func (m *Model) poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// edit changes the profile, in a way that is possible at any time.
func (m *Model) edit(change func(*profile.Profile)) {
	m.mu.Lock()
	change(&m.profile)
	m.mu.Unlock()
	m.poke(m.wake)
	m.changed()
}

// editIdle changes the profile unless it is on air, when the change has to wait.
func (m *Model) editIdle(change func(*profile.Profile)) {
	m.edit(func(p *profile.Profile) {
		if !m.busy() {
			change(p)
		}
	})
}

// busy says whether the profile is on air. The caller holds mu.
func (m *Model) busy() bool { return m.wantLive || m.live }

// Show shows another source, also while live.
func (m *Model) Show(spec string) {
	m.edit(func(p *profile.Profile) {
		p.Video = spec
		m.failed = nil
	})
}

// AddSound mixes in another sound source.
func (m *Model) AddSound(spec string) {
	m.editIdle(func(p *profile.Profile) {
		if !slices.Contains(p.Audio, spec) {
			p.Audio = append(p.Audio, spec)
		}
	})
}

// RemoveSound leaves out the sound source spec.
func (m *Model) RemoveSound(spec string) {
	m.editIdle(func(p *profile.Profile) {
		p.Audio = slices.DeleteFunc(p.Audio, func(s string) bool { return s == spec })
	})
}

// ToggleMute silences the sound source spec, or lets it be heard again.
func (m *Model) ToggleMute(spec string) {
	m.mu.Lock()
	m.muted[spec] = !m.muted[spec]
	if i := m.soundIndex(spec); i >= 0 {
		m.b.SetMuted(i, m.muted[spec])
	}
	m.mu.Unlock()
	m.changed()
}

// soundIndex returns the number of a sound source in the broadcast, -1 when it has none. The caller holds mu.
func (m *Model) soundIndex(spec string) int {
	if m.b == nil || m.opened == nil {
		return -1
	}
	return slices.Index(m.opened.Audio, spec)
}

// SetPicture changes size, frame rate, bit rate and recording together.
func (m *Model) SetPicture(size profile.Size, fps profile.FrameRate, rate profile.BitRate, record string) {
	m.editIdle(func(p *profile.Profile) { p.Size, p.FPS, p.BitRate, p.Record = size, fps, rate, record })
}

// ToggleLive goes live, or ends it.
func (m *Model) ToggleLive() {
	m.mu.Lock()
	m.wantLive = !m.wantLive
	if m.wantLive {
		m.notice = nil
		m.failed = nil
		if len(m.profile.Destinations) == 0 && m.profile.Record == "" {
			m.wantLive, m.notice = false, ErrNoDestination
		}
	}
	m.mu.Unlock()
	m.poke(m.wake)
	m.changed()
}

// Retry tries again to open what could not be opened.
func (m *Model) Retry() {
	m.mu.Lock()
	m.failed, m.notice = nil, nil
	m.mu.Unlock()
	m.poke(m.wake)
	m.poke(m.look)
	m.changed()
}

// Dismiss takes the notice away.
func (m *Model) Dismiss() { m.Report(nil) }

// Report shows err, and logs its chain.
func (m *Model) Report(err error) {
	if err != nil {
		m.world.Log.Error("shown in the window", "error", err)
	}
	m.mu.Lock()
	m.notice, m.stuck = err, false
	m.mu.Unlock()
	m.changed()
}

// Frame returns the newest picture, or nil. The caller must Release it.
func (m *Model) Frame() *capture.VideoFrame {
	m.mu.Lock()
	b := m.b
	m.mu.Unlock()
	if b == nil {
		return nil
	}
	return b.Frame()
}

// unsaved says whether the profile differs from the one on disk. The caller holds mu.
func (m *Model) unsaved() bool { return !reflect.DeepEqual(m.profile, m.saved) }

// allNames returns the names of the saved profiles and of the open one. The caller holds mu.
func (m *Model) allNames() []string {
	all := map[string]bool{m.name: true}
	for _, name := range m.names {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
