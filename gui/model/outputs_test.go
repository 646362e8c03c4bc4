package model_test

import (
	"errors"
	"path/filepath"
	"testing"

	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
	"golive/recording"
	"golive/secret"
)

func TestOutputsOfTheirOwn(t *testing.T) {
	r := modeltest.Start(t)
	put := func(name string) {
		t.Helper()
		n := len(r.State().Profile.Destinations)
		r.PutDestination("", profile.Destination{Name: name, URL: "rtmp://127.0.0.1:9/live"}, model.Secrets{Key: secret.New("k")})
		modeltest.Await(t, name, func() bool { return len(r.State().Profile.Destinations) == n+1 })
	}
	put("A")
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	in := func(name string, want publish.State) {
		t.Helper()
		modeltest.Await(t, name+" is "+string(want), func() bool { return r.State().Output(name).State == want })
	}
	in("A", publish.Live)
	r.StopOutput("A")
	in("A", publish.Stopped)
	in("This computer", publish.Live)
	r.StartOutput("A")
	in("A", publish.Live)
	r.RetryOutput("A")
	in("A", publish.Connecting)
	put("B")
	in("B", publish.Idle)
	r.StartOutput("B")
	in("B", publish.Live)
	r.StopOutput("B")
	in("B", publish.Stopped)
	if s := r.State(); s.Phase != model.Live {
		t.Errorf("phase %v", s.Phase)
	}
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
	in("A", publish.Idle)
	r.StartOutput("A") // nothing is live: nothing happens
	in("A", publish.Idle)
}

func TestRecordReplayBreak(t *testing.T) {
	r := modeltest.Start(t)
	r.ToggleRecord()
	if s := r.State(); s.Profile.Record != model.RecordFolder || !s.Recording() {
		t.Errorf("it would record to %q", s.Profile.Record)
	}
	folder := t.TempDir()
	r.Change(func(p *profile.Profile) { p.Record = folder })
	r.ToggleRecord()
	r.ToggleRecord()
	if s := r.State(); s.Profile.Record != folder {
		t.Errorf("the folder is forgotten: %q", s.Profile.Record)
	}
	r.ToggleBreak()
	if r.State().Stats.Slate {
		t.Error("a break before anything is live")
	}
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	r.Dismiss()
	if !r.State().Recording() {
		t.Error("it does not record")
	}
	r.TogglePause()
	modeltest.Await(t, "the pause", func() bool { s := r.State(); return s.Stats.Recording.Paused && s.Recording() })
	r.TogglePause()
	modeltest.Await(t, "the end of it", func() bool { return !r.State().Stats.Recording.Paused })
	var saved model.Saved
	path := r.State().Stats.Recording.Path
	r.ToggleRecord()
	modeltest.Await(t, "the recording", func() bool { return errors.As(r.State().Notice, &saved) && !saved.Replay })
	if s := r.State(); s.Recording() || s.Profile.Record != folder || saved.Path != path {
		t.Errorf("the recording goes on, or is forgotten: %+v, saved %q", s.Stats.Recording, saved.Path)
	}
	r.SaveReplay()
	modeltest.Await(t, "the replay", func() bool { return errors.As(r.State().Notice, &saved) && saved.Replay })
	r.ToggleBreak()
	if !r.State().Stats.Slate {
		t.Error("no break")
	}
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
	if r.State().Stats.Slate {
		t.Error("the break outlives the broadcast")
	}
}

func TestRecordInMidBroadcast(t *testing.T) {
	r := modeltest.Start(t)
	folder := t.TempDir()
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	if r.State().Recording() {
		t.Fatal("it records from the start")
	}
	r.Adjust(func(p *profile.Profile) { p.Record = folder })
	r.ToggleRecord()
	modeltest.Await(t, "the recording", func() bool { return r.State().Recording() })
	path := r.State().Stats.Recording.Path
	if filepath.Dir(path) != folder || filepath.Ext(path) != ".mp4" {
		t.Errorf("it records into %q", path)
	}
	b, _ := r.Newest()
	set := func(refuse error, recording publish.RecordingStats) {
		b.Get(func(b *modeltest.Fake) bool { b.Refuse, b.Now.Recording = refuse, recording; return true })
	}
	full := errors.New("recording x.mp4 ends here, because its disk is full")
	set(full, publish.RecordingStats{Path: path})
	r.ToggleRecord()
	var short model.ShortRecording
	modeltest.Await(t, "its end", func() bool { return errors.As(r.State().Notice, &short) })
	set(recording.ErrDiskFull, publish.RecordingStats{})
	r.ToggleRecord()
	modeltest.Await(t, "why there is no other", func() bool { return errors.Is(r.State().Notice, recording.ErrDiskFull) })
	set(nil, publish.RecordingStats{Path: path, Error: full.Error()})
	if r.State().Recording() {
		t.Error("a recording that has ended goes on")
	}
	r.ToggleRecord()
	modeltest.Await(t, "another after a broken one", func() bool { return r.State().Recording() })
	r.ToggleLive()
	r.AwaitPhase(t, model.Ready)
	r.TogglePause() // nothing is live: nothing happens
}

func TestMicrophones(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.AddSound("mic:usb")
	r.ToggleMic()
	if s := r.State(); !s.MicMuted || s.Muted["desktop"] || !s.Muted["mic"] || !s.Muted["mic:usb"] {
		t.Errorf("muted: %v", s.Muted)
	}
	r.ToggleMute("mic")
	if r.State().MicMuted {
		t.Error("one is open, and it says that all are muted")
	}
	r.ToggleMic()
	r.ToggleMic()
	if s := r.State(); s.MicMuted || s.Muted["mic"] {
		t.Errorf("unmuted: %v", s.Muted)
	}
	r.SetGain("mic", 100)
	if g := r.State().Profile.Gain["mic"]; g != profile.MaxGain {
		t.Errorf("the gain is %v dB", g)
	}
	r.SetGain("mic", 0)
	if _, there := r.State().Profile.Gain["mic"]; there {
		t.Error("a gain of nothing is kept")
	}
	r.ToggleMonitor("mic")
	modeltest.Await(t, "mic is heard here", func() bool {
		b, _ := r.Newest()
		return b.Get(func(b *modeltest.Fake) bool {
			for _, on := range b.Monitored {
				if on {
					return true
				}
			}
			return false
		})
	})
}
