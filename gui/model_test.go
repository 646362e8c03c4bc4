package gui

import (
	"errors"
	"slices"
	"testing"

	"golive/capture"
	"golive/encoder"
	"golive/publish"
)

func TestGoLiveAndEnd(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	r.ToggleLive()
	r.awaitPhase(t, live)
	b, _ := r.newest()
	if !b.get(func(b *fakeBroadcast) bool {
		return b.live && len(b.outputs) == 1 && b.outputs[0].Name == "This computer"
	}) {
		t.Errorf("the broadcast is %+v", b)
	}
	await(t, "time passes", func() bool { return r.state().LiveFor > 0 })
	r.ToggleLive()
	r.awaitPhase(t, ready)
	if b.get(func(b *fakeBroadcast) bool { return b.live || b.closed }) {
		t.Error("the broadcast is still live, or the preview is gone")
	}
}

func TestLiveIsRefused(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	b, _ := r.newest()
	b.get(func(b *fakeBroadcast) bool { b.refuse = encoder.ErrNoEncoder; return true })
	r.ToggleLive()
	await(t, "the error is told", func() bool { return errors.Is(r.state().Notice, encoder.ErrNoEncoder) })
	r.awaitPhase(t, ready)
	r.Dismiss()
	if r.state().Notice != nil {
		t.Error("the notice stays")
	}
}

func TestNowhereToGo(t *testing.T) {
	r := startRig(t)
	r.RemoveDestination("This computer")
	r.ToggleLive()
	if s := r.state(); !errors.Is(s.Notice, errNoDestination) || s.onAir() {
		t.Errorf("state %+v", s)
	}
	r.AddLocal()
	r.AddLocal()
	if n := len(r.state().Profile.Destinations); n != 1 {
		t.Errorf("%d destinations", n)
	}
	r.ToggleLive()
	r.awaitPhase(t, live)
}

func TestNothingToCapture(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.fail = capture.ErrNoDevice
	r.start()
	t.Cleanup(r.Close)
	await(t, "the window says so", func() bool { return errors.Is(r.state().Notice, capture.ErrNoDevice) })
	r.awaitPhase(t, unable)
	r.set(func(r *rig) { r.fail = nil })
	r.Retry()
	r.awaitPhase(t, ready)
}

func TestDeviceComesBack(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.fail = capture.ErrNoDevice
	r.start()
	t.Cleanup(r.Close)
	r.awaitPhase(t, unable)
	r.set(func(r *rig) {
		r.fail = nil
		r.found = append(r.found, capture.Device{Kind: capture.Mic, ID: "new", Name: "New"})
	})
	r.poke(r.look)
	r.awaitPhase(t, ready)
}

func TestMicrophoneIsPluggedIn(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	await(t, "devices", func() bool { return len(r.state().Devices) > 0 })
	b, before := r.newest()
	b.get(func(b *fakeBroadcast) bool {
		b.stats.Audio.Sources = []publish.SourceLevel{{Spec: "mic", Error: "there is no microphone"}}
		return true
	})
	list := func(kind capture.Kind) {
		n := len(r.state().Devices)
		r.set(func(r *rig) { r.found = append(r.found, capture.Device{Kind: kind, ID: "new", Name: "New"}) })
		r.poke(r.look)
		await(t, "the device is listed", func() bool { return len(r.state().Devices) == n+1 })
	}
	list(capture.Window)
	if _, now := r.newest(); now != before {
		t.Error("a window starts the broadcast anew")
	}
	list(capture.Mic)
	await(t, "a broadcast with the microphone", func() bool { _, now := r.newest(); return now == before+1 })
}

func TestBroadcastDies(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	r.ToggleLive()
	r.awaitPhase(t, live)
	b, _ := r.newest()
	r.set(func(r *rig) { r.fail = capture.ErrNoDevice })
	b.get(func(b *fakeBroadcast) bool { b.err = capture.ErrNoDevice; return true })
	r.awaitPhase(t, unable)
	if s := r.state(); !errors.Is(s.Notice, capture.ErrNoDevice) || s.onAir() {
		t.Errorf("state %+v", s)
	}
	if !b.get(func(b *fakeBroadcast) bool { return b.closed }) {
		t.Error("the dead broadcast is left open")
	}
}

func TestShowAnother(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	r.ToggleLive()
	r.awaitPhase(t, live)
	r.Show("window:0x7")
	b, n := r.newest()
	await(t, "the window is shown", func() bool { return b.get(func(b *fakeBroadcast) bool { return b.shown == "window:0x7" }) })
	b.get(func(b *fakeBroadcast) bool { b.refuse = capture.ErrNoDevice; return true })
	r.Show("window:0x8")
	await(t, "the old one stays", func() bool {
		s := r.state()
		return s.Profile.Video == "window:0x7" && errors.Is(s.Notice, capture.ErrNoDevice)
	})
	if s := r.state(); s.Phase != live || n != 1 {
		t.Errorf("phase %v, %d broadcasts", s.Phase, n)
	}
}

func TestSoundSources(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	r.ToggleMute("mic")
	b, _ := r.newest()
	if !b.get(func(b *fakeBroadcast) bool { return b.muted[1] }) {
		t.Error("mic is not muted")
	}
	r.AddSound("mic:usb")
	r.RemoveSound("desktop")
	await(t, "a broadcast with them", func() bool {
		b, _ := r.newest()
		r.mu.Lock()
		defer r.mu.Unlock()
		return b.get(func(b *fakeBroadcast) bool { return b.muted[0] && !b.muted[1] }) &&
			slices.Equal(r.started[len(r.started)-1].Audio, []string{"mic", "mic:usb"})
	})
	if !b.get(func(b *fakeBroadcast) bool { return b.closed }) {
		t.Error("the broadcast before it is left open")
	}
	r.awaitPhase(t, ready)
	r.ToggleLive()
	r.awaitPhase(t, live)
	r.RemoveSound("mic")
	if audio := r.state().Profile.Audio; len(audio) != 2 {
		t.Errorf("the sound changed on air: %v", audio)
	}
}

func TestCloseEndsAll(t *testing.T) {
	r := newRig(t, t.TempDir())
	r.start()
	r.awaitPhase(t, ready)
	r.ToggleLive()
	r.awaitPhase(t, live)
	b, _ := r.newest()
	r.Close()
	if !b.get(func(b *fakeBroadcast) bool { return b.closed }) {
		t.Error("Close leaves the broadcast open")
	}
}
