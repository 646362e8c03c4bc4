package model_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golive/capture"
	"golive/encoder"
	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
)

func TestGoLiveAndEnd(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	if !b.Get(func(b *modeltest.Fake) bool {
		return b.Live && len(b.Outputs) == 1 && b.Outputs[0].Name == "This computer"
	}) {
		t.Errorf("the broadcast is %+v", b)
	}
	modeltest.Await(t, "time passes", func() bool { return r.State().LiveFor > 0 })
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
	if b.Get(func(b *modeltest.Fake) bool { return b.Live || b.Closed }) {
		t.Error("the broadcast is still live, or the preview is gone")
	}
}

func TestLiveIsRefused(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	b, _ := r.Newest()
	b.Get(func(b *modeltest.Fake) bool { b.Refuse = encoder.ErrNoEncoder; return true })
	r.ToggleLive()
	modeltest.Await(t, "the error is told", func() bool { return errors.Is(r.State().Notice, encoder.ErrNoEncoder) })
	r.AwaitPhase(t, model.Ready)
	r.Dismiss()
	if r.State().Notice != nil {
		t.Error("the notice stays")
	}
}

// connecting starts a broadcast that nobody receives yet.
func connecting(t *testing.T) (*modeltest.Rig, *modeltest.Fake) {
	t.Helper()
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	b, _ := r.Newest()
	b.Get(func(b *modeltest.Fake) bool { b.Slow = true; return true })
	r.ToggleLive()
	modeltest.Await(t, "it goes live", func() bool { return b.Get(func(b *modeltest.Fake) bool { return b.Live }) })
	return r, b
}

func TestLiveWhenReceived(t *testing.T) {
	r, b := connecting(t)
	r.Heed()
	if s := r.State(); s.Phase != model.Connecting || s.LiveFor != 0 || !s.OnAir() {
		t.Errorf("with nobody to receive it: phase %v, live for %v", s.Phase, s.LiveFor)
	}
	b.Get(func(b *modeltest.Fake) bool { b.Now.Outputs[0].State = publish.Live; return true })
	r.AwaitPhase(t, model.Live)
	b.Get(func(b *modeltest.Fake) bool { b.Now.Outputs[0].State = publish.Reconnecting; return true })
	r.Heed()
	if s := r.State(); s.Phase != model.Live || s.LiveFor == 0 {
		t.Errorf("it begins anew while it connects again: %+v", s)
	}
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	modeltest.Await(t, "it connects again", func() bool { return b.Get(func(b *modeltest.Fake) bool { return b.Live }) })
	r.AwaitPhase(t, model.Connecting)
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
}

func TestRecordingAlone(t *testing.T) {
	r := modeltest.Start(t)
	r.RemoveDestination("This computer")
	folder := t.TempDir()
	r.Change(func(p *profile.Profile) { p.Record = folder })
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	if !b.Get(func(b *modeltest.Fake) bool { return b.Record != "" && len(b.Outputs) == 0 }) {
		t.Error("nothing is recorded")
	}
}

func TestAllRefuse(t *testing.T) {
	r, b := connecting(t)
	r.AwaitPhase(t, model.Connecting)
	b.Get(func(b *modeltest.Fake) bool {
		b.Now.Outputs[0].State, b.Now.Outputs[0].Error = publish.Refused, "rtmp://h/a refused the stream: no; check the stream key"
		return true
	})
	r.AwaitPhase(t, model.Ready)
	var told model.Refusal
	if s := r.State(); !errors.As(s.Notice, &told) || !strings.Contains(told.Error(), "This computer: rtmp://h/a refused the stream") {
		t.Errorf("the notice is %v", s.Notice)
	}
	if b.Get(func(b *modeltest.Fake) bool { return b.Live || b.Closed }) {
		t.Error("the broadcast is still live, or the preview is gone")
	}
}

func TestTroubleBesideTheBroadcast(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	set := func(picture, recording string) {
		b.Get(func(b *modeltest.Fake) bool {
			b.Now.Video.Error, b.Now.Recording.Error = picture, recording
			return true
		})
	}
	says := func(want string) {
		t.Helper()
		modeltest.Await(t, "the notice: "+want, func() bool {
			n := r.State().Notice
			return n == nil && want == "" || n != nil && n.Error() == want
		})
	}
	set("window:0x7 is lost: device unavailable: it is not there: the window \"Game\" was closed", "")
	says("window:0x7 is lost: device unavailable: it is not there: the window \"Game\" was closed")
	set("", "")
	says("")
	set("", "recording x.mp4 ends here: disk full")
	says("recording x.mp4 ends here: disk full")
	r.Dismiss()
	r.Heed()
	says("")
	set("device unavailable: the display is gone: EOF", "recording x.mp4 is over: disk full")
	says("recording x.mp4 is over: disk full")
	set("", "recording x.mp4 is over: disk full")
	r.Heed()
	says("recording x.mp4 is over: disk full")
	if s := r.State(); s.Phase != model.Live {
		t.Errorf("the broadcast has not gone on: phase %v", s.Phase)
	}
}

func TestNowhereToGo(t *testing.T) {
	r := modeltest.Start(t)
	r.RemoveDestination("This computer")
	r.ToggleLive()
	if s := r.State(); !errors.Is(s.Notice, model.ErrNoDestination) || s.OnAir() {
		t.Errorf("state %+v", s)
	}
	r.AddLocal()
	r.AddLocal()
	if n := len(r.State().Profile.Destinations); n != 1 {
		t.Errorf("%d destinations", n)
	}
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
}

func TestNothingToCapture(t *testing.T) {
	r := modeltest.New(t, t.TempDir())
	r.Fail = capture.ErrNoDevice
	r.Start()
	t.Cleanup(r.Close)
	modeltest.Await(t, "the window says so", func() bool { return errors.Is(r.State().Notice, capture.ErrNoDevice) })
	r.AwaitPhase(t, model.Unable)
	r.Set(func(r *modeltest.Rig) { r.Fail = nil })
	r.Retry()
	r.AwaitPhase(t, model.Ready)
}

func TestDeviceComesBack(t *testing.T) {
	r := modeltest.New(t, t.TempDir())
	r.Fail = capture.ErrNoDevice
	r.Start()
	t.Cleanup(r.Close)
	r.AwaitPhase(t, model.Unable)
	r.Set(func(r *modeltest.Rig) {
		r.Fail = nil
		r.Found = append(r.Found, capture.Device{Kind: capture.Mic, ID: "new", Name: "New"})
	})
	r.Look()
	r.AwaitPhase(t, model.Ready)
}

func TestMicrophoneIsPluggedIn(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	modeltest.Await(t, "devices", func() bool { return len(r.State().Devices) > 0 })
	b, before := r.Newest()
	b.Get(func(b *modeltest.Fake) bool {
		b.Now.Audio.Sources = []publish.SourceLevel{{Spec: "mic", Error: "there is no microphone"}}
		return true
	})
	list := func(kind capture.Kind) {
		n := len(r.State().Devices)
		r.Set(func(r *modeltest.Rig) { r.Found = append(r.Found, capture.Device{Kind: kind, ID: "new", Name: "New"}) })
		r.Look()
		modeltest.Await(t, "the device is listed", func() bool { return len(r.State().Devices) == n+1 })
	}
	list(capture.Window)
	if _, now := r.Newest(); now != before {
		t.Error("a window starts the broadcast anew")
	}
	list(capture.Mic)
	modeltest.Await(t, "a broadcast with the microphone", func() bool { _, now := r.Newest(); return now == before+1 })
}

func TestBroadcastDies(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	r.Set(func(r *modeltest.Rig) { r.Fail = capture.ErrNoDevice })
	b.Get(func(b *modeltest.Fake) bool { b.Fault = capture.ErrNoDevice; return true })
	r.AwaitPhase(t, model.Unable)
	if s := r.State(); !errors.Is(s.Notice, capture.ErrNoDevice) || s.OnAir() {
		t.Errorf("state %+v", s)
	}
	if !b.Get(func(b *modeltest.Fake) bool { return b.Closed }) {
		t.Error("the dead broadcast is left open")
	}
}

func TestShowAnother(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	r.Show("window:0x7")
	b, n := r.Newest()
	modeltest.Await(t, "the window is shown", func() bool { return b.Get(func(b *modeltest.Fake) bool { return b.Shown == "window:0x7" }) })
	b.Get(func(b *modeltest.Fake) bool { b.Refuse = capture.ErrNoDevice; return true })
	r.Show("window:0x8")
	modeltest.Await(t, "the old one stays", func() bool {
		s := r.State()
		return s.Profile.Video == "window:0x7" && errors.Is(s.Notice, capture.ErrNoDevice)
	})
	if s := r.State(); s.Phase != model.Live || n != 1 {
		t.Errorf("phase %v, %d broadcasts", s.Phase, n)
	}
}

func TestSoundSources(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.ToggleMute("mic")
	b, _ := r.Newest()
	if !b.Get(func(b *modeltest.Fake) bool { return b.Muted[1] }) {
		t.Error("mic is not muted")
	}
	r.AddSound("mic:usb")
	r.RemoveSound("desktop")
	modeltest.Await(t, "a broadcast with them", func() bool {
		b, _ := r.Newest()
		started := r.Configs()
		return b.Get(func(b *modeltest.Fake) bool { return b.Muted[0] && !b.Muted[1] }) &&
			slices.Equal(started[len(started)-1].Audio, []string{"mic", "mic:usb"})
	})
	if !b.Get(func(b *modeltest.Fake) bool { return b.Closed }) {
		t.Error("the broadcast before it is left open")
	}
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	r.RemoveSound("mic")
	if audio := r.State().Profile.Audio; len(audio) != 2 {
		t.Errorf("the sound changed on air: %v", audio)
	}
}

func TestCloseEndsAll(t *testing.T) {
	r := modeltest.New(t, t.TempDir())
	r.Start()
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	r.Close()
	if !b.Get(func(b *modeltest.Fake) bool { return b.Closed }) {
		t.Error("Close leaves the broadcast open")
	}
}
