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

func TestLiveWhenReceived(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	b, _ := r.newest()
	b.get(func(b *fakeBroadcast) bool { b.slow = true; return true })
	r.ToggleLive()
	await(t, "it goes live", func() bool { return b.get(func(b *fakeBroadcast) bool { return b.live }) })
	r.heed()
	if s := r.state(); s.Phase != connecting || s.LiveFor != 0 || !s.onAir() {
		t.Errorf("with nobody to receive it: phase %v, live for %v", s.Phase, s.LiveFor)
	}
	b.get(func(b *fakeBroadcast) bool { b.stats.Outputs[0].State = publish.Live; return true })
	r.awaitPhase(t, live)
	b.get(func(b *fakeBroadcast) bool { b.stats.Outputs[0].State = publish.Reconnecting; return true })
	r.heed()
	if s := r.state(); s.Phase != live || s.LiveFor == 0 {
		t.Errorf("it begins anew while it connects again: %+v", s)
	}
	r.ToggleLive()
	r.awaitPhase(t, ready)
	r.ToggleLive()
	await(t, "it connects again", func() bool { return b.get(func(b *fakeBroadcast) bool { return b.live }) })
	r.awaitPhase(t, connecting)
	r.ToggleLive()
	r.awaitPhase(t, ready)
}

func TestRecordingAlone(t *testing.T) {
	r := startRig(t)
	r.RemoveDestination("This computer")
	p := r.state().Profile
	r.SetPicture(p.Size, p.FPS, p.BitRate, t.TempDir())
	r.ToggleLive()
	r.awaitPhase(t, live)
	b, _ := r.newest()
	if !b.get(func(b *fakeBroadcast) bool { return b.record != "" && len(b.outputs) == 0 }) {
		t.Error("nothing is recorded")
	}
}

func TestAllRefuse(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	b, _ := r.newest()
	b.get(func(b *fakeBroadcast) bool { b.slow = true; return true })
	r.ToggleLive()
	r.awaitPhase(t, connecting)
	await(t, "it goes live", func() bool { return b.get(func(b *fakeBroadcast) bool { return b.live }) })
	b.get(func(b *fakeBroadcast) bool {
		b.stats.Outputs[0].State, b.stats.Outputs[0].Error = publish.Refused, "rtmp://h/a refused the stream: no; check the stream key"
		return true
	})
	r.awaitPhase(t, ready)
	want := "The broadcast has ended, because no destination takes it. This computer: The server refuses the stream. Check the stream key."
	if s := r.state(); s.Notice == nil || sentence(s.Notice) != want {
		t.Errorf("the notice is %v", s.Notice)
	}
	if b.get(func(b *fakeBroadcast) bool { return b.live || b.closed }) {
		t.Error("the broadcast is still live, or the preview is gone")
	}
}

func TestTroubleBesideTheBroadcast(t *testing.T) {
	r := startRig(t)
	r.awaitPhase(t, ready)
	r.ToggleLive()
	r.awaitPhase(t, live)
	b, _ := r.newest()
	set := func(picture, recording string) {
		b.get(func(b *fakeBroadcast) bool {
			b.stats.Video.Error, b.stats.Recording.Error = picture, recording
			return true
		})
	}
	says := func(want string) {
		t.Helper()
		await(t, "the notice: "+want, func() bool {
			n := r.state().Notice
			return n == nil && want == "" || n != nil && sentence(n) == want
		})
	}
	set("window:0x7 is lost: device unavailable: it is not there: the window \"Game\" was closed", "")
	says("What you show is lost, and its last picture stands still until it is back. The window was closed.")
	set("", "")
	says("")
	set("", "recording x.mp4 ends here, because its disk is full; what it holds can be played: disk full")
	says("The recording has ended; what it has can be played. The disk is full.")
	r.Dismiss()
	r.heed()
	says("")
	set("device unavailable: the display is gone: EOF", "recording x.mp4 ends here: disk full")
	says("The recording has ended; what it has can be played. The disk is full.")
	set("", "recording x.mp4 ends here: disk full")
	r.heed()
	says("The recording has ended; what it has can be played. The disk is full.")
	if s := r.state(); s.Phase != live {
		t.Errorf("the broadcast has not gone on: phase %v", s.Phase)
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
