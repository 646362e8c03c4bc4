package model

import (
	"context"
	"reflect"
	"slices"
	"time"

	"golive/capture"
	"golive/profile"
	"golive/publish"
)

const (
	// lookEvery is the time between two looks at which windows and sound devices there are.
	lookEvery = 5 * time.Second
	// lookAtIt is the time between two looks at how the broadcast is doing.
	lookAtIt = time.Second / 10
)

// anew says whether going from one configuration to the other takes a new broadcast: anything does but another picture
// and another gain.
func anew(from, to publish.Config) bool {
	from.Video, from.Gain = to.Video, to.Gain
	return !reflect.DeepEqual(from, to)
}

// work makes the broadcast follow the profile and the wish to be live, one step after the other, until ctx ends.
func (m *Model) work(ctx context.Context) {
	watch := time.NewTicker(lookAtIt)
	defer watch.Stop()
	defer m.drop()
	for {
		m.heed()
		for ctx.Err() == nil && m.step(ctx) {
			m.changed()
		}
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		case <-watch.C:
		}
	}
}

// step does the next thing that brings the broadcast closer to what is wanted, and says whether there was one.
func (m *Model) step(ctx context.Context) bool {
	m.mu.Lock()
	b, live, want := m.b, m.live, m.wantLive
	p := m.profile.Clone()
	asked := p.Capture()
	opened, failed, shown := m.opened, m.failed, m.shown
	m.mu.Unlock()

	switch {
	case b != nil && b.Err() != nil:
		m.lose(b.Err())
	case b == nil && reflect.DeepEqual(failed, &asked):
		return false
	case b == nil:
		m.open(ctx, p)
	case !live && (opened == nil || anew(*opened, asked)):
		m.drop()
	case shown != p.Video:
		m.show(b, p.Video)
	case want && !live:
		m.goLive(ctx, b, p)
	case want && b.AllRefused():
		m.giveUp(b)
	case live && !want:
		m.endLive(b)
	default:
		return false
	}
	return true
}

// open starts the broadcast that p describes.
func (m *Model) open(ctx context.Context, p profile.Profile) {
	c := p.Capture()
	c.Log = m.world.Log
	b, err := m.world.Start(ctx, c)
	if ctx.Err() != nil {
		if b != nil {
			_ = b.Close()
		}
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.safe = false
	if err != nil {
		m.fail(p, err)
		return
	}
	c = p.Capture()
	m.b, m.opened, m.shown = b, &c, p.Video
	if m.stuck {
		m.notice, m.stuck = nil, false
	}
	for i, spec := range p.Audio {
		if m.muted[spec] {
			b.SetMuted(i, true)
		}
		if m.monitored[spec] {
			m.done.Go(func() { m.monitor(b, i, spec, true) })
		}
	}
}

// drop closes the broadcast.
func (m *Model) drop() {
	m.mu.Lock()
	b := m.b
	m.b, m.live, m.onBreak, m.opened, m.shown = nil, false, false, nil, ""
	m.mu.Unlock()
	if b == nil {
		return
	}
	if err := b.Close(); err != nil {
		m.world.Log.Warn("the broadcast did not close cleanly", "error", err)
	}
}

// lose closes a broadcast that cannot go on, and says why.
func (m *Model) lose(err error) {
	m.drop()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail(m.profile, err)
}

// fail remembers what cannot be captured now, and why. The caller holds mu.
func (m *Model) fail(tried profile.Profile, err error) {
	c := tried.Capture()
	m.failed, m.wantLive = &c, false
	m.notice, m.stuck = err, true
	m.world.Log.Error("nothing can be captured", "error", err)
}

// show shows another source, or goes back to the one that is shown still.
func (m *Model) show(b Broadcast, spec string) {
	err := b.SetVideo(spec)
	m.mu.Lock()
	if err == nil {
		m.shown = spec
	} else if m.profile.Video == spec {
		m.profile.Video = m.shown
	}
	m.mu.Unlock()
	m.Report(err)
}

func (m *Model) goLive(ctx context.Context, b Broadcast, p profile.Profile) {
	m.check(true)
	found := m.preflight(ctx, b, p)
	m.check(false)
	var err error
	if found.Stops() {
		err = found
	} else if err = m.tryLive(b, p); err == nil && len(found) > 0 {
		m.Notify(found)
	}
	m.mu.Lock()
	m.live, m.wantLive = err == nil, m.wantLive && err == nil
	m.liveSince, m.history = time.Time{}, History{}
	m.outputs = nil
	for _, d := range p.Destinations {
		m.outputs = append(m.outputs, d.Name)
	}
	m.mu.Unlock()
	if err != nil {
		m.Report(err)
	}
}

// check notes that the last look before going live has begun, or has ended.
func (m *Model) check(on bool) {
	m.mu.Lock()
	m.checking = on
	m.mu.Unlock()
	m.changed()
}

// arrive notes when somebody can receive the broadcast: an output is live, or there is none but the recording.
func (m *Model) arrive(outputs []publish.OutputStats) {
	isLive := func(o publish.OutputStats) bool { return o.State == publish.Live }
	m.mu.Lock()
	arrived := m.live && m.liveSince.IsZero() && (len(outputs) == 0 || slices.ContainsFunc(outputs, isLive))
	if arrived {
		m.liveSince = m.world.now()
	}
	m.mu.Unlock()
	if arrived {
		m.changed()
	}
}

// giveUp ends a broadcast that no destination takes, and says what they said.
func (m *Model) giveUp(b Broadcast) {
	m.mu.Lock()
	m.wantLive = false
	m.mu.Unlock()
	m.Report(Refusal{b.Stats().Outputs})
}

func (m *Model) tryLive(b Broadcast, p profile.Profile) error {
	outputs, err := p.Outputs(m.world.Secrets, m.world.local())
	if err != nil {
		return err
	}
	record, err := profile.RecordPath(p.Record, time.Now())
	if err != nil {
		return err
	}
	return b.GoLive(record, outputs)
}

func (m *Model) endLive(b Broadcast) {
	err := b.EndLive() // of the recording
	b.SetSlate(false)
	m.mu.Lock()
	m.live, m.onBreak = false, false
	m.mu.Unlock()
	if err != nil {
		m.Report(ShortRecording{err.Error()})
	}
}

// watchDevices keeps the list of devices fresh until ctx ends.
func (m *Model) watchDevices(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		m.listDevices()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-m.look:
		}
	}
}

// listDevices looks for devices. One that appears may be what could not be opened: then it is tried again.
func (m *Model) listDevices() {
	found, err := m.world.Devices()
	if err != nil {
		m.world.Log.Debug("some devices cannot be listed", "error", err)
	}
	m.mu.Lock()
	same := reflect.DeepEqual(found, m.devices)
	if !same && !m.safe {
		m.failed = nil
	}
	if !m.busy() && m.lacksSound() && !reflect.DeepEqual(audible(found), audible(m.devices)) {
		m.opened = nil // so the broadcast is started anew
	}
	m.devices = slices.Clip(found)
	m.mu.Unlock()
	if !same {
		m.poke(m.wake)
		m.changed()
	}
}

// lacksSound says whether a sound source of the broadcast is missing. The caller holds mu.
func (m *Model) lacksSound() bool {
	if m.b == nil {
		return false
	}
	missing := func(l publish.SourceLevel) bool { return l.Error != "" }
	return slices.ContainsFunc(m.b.Stats().Audio.Sources, missing)
}

// audible returns the sound devices among all.
func audible(all []capture.Device) []capture.Device {
	isSound := func(d capture.Device) bool { return d.Kind == capture.Mic || d.Kind == capture.Desktop }
	return slices.DeleteFunc(slices.Clone(all), func(d capture.Device) bool { return !isSound(d) })
}
