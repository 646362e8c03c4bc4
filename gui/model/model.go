// Package model is the window without the window: what the person wants, what the broadcast does, and all that is to be
// shown of both. Its methods are what a person can do; State is what there is to see. It imports no toolkit, so it is
// tested without a display, and goroutines may call it freely.
package model

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/profile"
	"golive/publish"
)

// ErrNoDestination: there is nowhere to send to.
var ErrNoDestination = errors.New("no destination is chosen, and nothing is recorded")

// ErrSafeStart: nothing was opened at the start, since the last runs crashed.
var ErrSafeStart = errors.New("the last runs crashed, and so nothing is opened")

// A Model is the window's memory and will, without a window: the profile being edited, and whether to be live. Its
// methods return at once. One goroutine (worker.go) makes the broadcast follow, another one looks for devices.
type Model struct {
	world   World
	changed func() // called from any goroutine when state returns something new; must not block

	wake    chan struct{}   // one slot: the worker has something to do
	look    chan struct{}   // one slot: the devices are wanted now
	edited  chan struct{}   // one slot: there may be something to save
	running context.Context // until Close
	cancel  context.CancelFunc
	done    sync.WaitGroup

	saving      sync.Mutex // one save at a time
	controlling sync.Mutex // one output is started or stopped at a time

	mu                      sync.Mutex // guards what follows
	name                    string
	names                   []string
	profile                 profile.Profile
	saved                   profile.Profile // as on disk, or as the profile began that nothing was changed of yet
	settings, savedSettings profile.Settings
	devices                 []capture.Device
	muted                   map[string]bool
	monitored               map[string]bool // heard on this computer
	keys                    map[string]bool // references that were stored or in use in this run
	notice                  error
	stuck                   bool // the notice is about what cannot be captured, and goes away when it can

	wantLive  bool
	live      bool      // the broadcast has gone live
	liveSince time.Time // somebody can receive it; zero before that
	outputs   []string  // names of the broadcast's outputs, in its order
	history   History
	checking  bool             // the last look before going live
	onBreak   bool             // ToggleBreak
	folder    string           // of recordings, when nothing is recorded now
	encoders  []encoder.Report // what MeasureEncoders has found
	measuring bool
	upload    Upload
	trial     UploadTrial
	told      troubles
	b         Broadcast
	opened    *publish.Config // what b was started with; nil when it is to be started anew
	failed    *publish.Config // what could last not be started; not tried again
	safe      bool            // nothing was tried since a safe start: devices that appear are no reason to
	shown     string          // SPEC of what b shows
}

// New opens the profile of the last run. changed: see model.
func New(w World, changed func()) *Model {
	m := &Model{
		world:     w,
		changed:   changed,
		wake:      make(chan struct{}, 1),
		look:      make(chan struct{}, 1),
		edited:    make(chan struct{}, 1),
		muted:     map[string]bool{},
		monitored: map[string]bool{},
		keys:      map[string]bool{},
	}
	m.openSettings()
	for _, err := range w.Trouble {
		m.tell(err)
	}
	m.openLast()
	if m.safe = w.Safe; m.safe {
		m.fail(m.profile, ErrSafeStart)
	}
	return m
}

// Start lets the broadcast follow the profile until Close.
func (m *Model) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	m.running, m.cancel = ctx, cancel
	m.done.Go(func() { m.work(ctx) })
	m.done.Go(func() { m.watchDevices(ctx) })
	m.done.Go(func() { m.autosave(ctx) })
	m.poke(m.wake)
}

// Close ends the broadcast, saves, and waits for both.
func (m *Model) Close() {
	m.cancel()
	m.done.Wait()
	m.save()
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
	m.poke(m.edited)
	m.changed()
}

// Adjust changes settings of the profile that can change at any time.
func (m *Model) Adjust(change func(*profile.Profile)) { m.edit(change) }

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

// Change changes settings of the profile that cannot change on air, when it is left as it is.
func (m *Model) Change(change func(*profile.Profile)) { m.editIdle(change) }

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
	m.Notify(err)
}

// Notify shows what need not be an error.
func (m *Model) Notify(err error) {
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

// allNames returns the names of the saved profiles and of the open one. The caller holds mu.
func (m *Model) allNames() []string {
	all := map[string]bool{m.name: true}
	for _, name := range m.names {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
