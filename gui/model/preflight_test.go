package model_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"golive/capture"
	"golive/encoder"
	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// found goes live and returns what the last look found.
func found(t *testing.T, r *modeltest.Rig, live bool) model.Preflight {
	t.Helper()
	var p model.Preflight
	r.ToggleLive()
	want := model.Ready
	if live {
		want = model.Live
	}
	modeltest.Await(t, "it is looked at", func() bool { s := r.State(); return s.Phase == want && (errors.As(s.Notice, &p) || live) })
	errors.As(r.State().Notice, &p)
	return p
}

func has(p model.Preflight, err error) bool {
	for _, f := range p {
		if errors.Is(f.Err, err) {
			return true
		}
	}
	return false
}

func TestPreflightTells(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	b, _ := r.Newest()
	level := func(db float64, muted bool) {
		b.Get(func(b *modeltest.Fake) bool {
			b.Now.Audio.Sources = []publish.SourceLevel{{Spec: "mic", PeakDB: [2]float64{db, db}, LevelDB: [2]float64{db, db}, Muted: muted}}
			return true
		})
	}
	for _, tt := range []struct {
		what  string
		db    float64
		muted bool
		want  error
	}{
		{"silence", -90, false, model.ErrSilent}, {"too loud", 0, false, model.ErrClipping}, {"muted", -20, true, model.ErrMuted}, {"speech", -20, false, nil},
	} {
		level(tt.db, tt.muted)
		p := found(t, r, true)
		if tt.want == nil && len(p) > 0 || tt.want != nil && !has(p, tt.want) || p.Stops() {
			t.Errorf("%s: %v", tt.what, p)
		}
		r.ToggleLive()
		r.AwaitPhase(t, model.Ready)
		r.Dismiss()
	}
}

func TestPreflightStops(t *testing.T) {
	for _, tt := range []struct {
		what   string
		change func(*profile.Profile)
		want   error
	}{
		{"no key", func(p *profile.Profile) {
			p.Destinations = append(p.Destinations, profile.Destination{Name: "X", URL: "rtmp://127.0.0.1:9/live", Key: "gone"})
		}, secret.ErrNotFound},
		{"look-ahead on the watch page", func(p *profile.Profile) { p.LookAhead = true }, profile.ErrDelay},
		{"recording to nowhere", func(p *profile.Profile) { p.Record = "/proc/golive-no-such-folder" }, nil},
	} {
		r := modeltest.Start(t)
		r.AwaitPhase(t, model.Ready)
		r.Change(tt.change)
		r.AwaitPhase(t, model.Ready)
		r.ToggleLive()
		modeltest.Await(t, tt.what+" is told", func() bool { return r.State().Notice != nil })
		r.AwaitPhase(t, model.Ready)
		if s := r.State(); tt.want != nil && !errors.Is(s.Notice.(model.Preflight)[0].Err, tt.want) {
			t.Errorf("%s: %v", tt.what, s.Notice)
		}
		if b, _ := r.Newest(); b.Get(func(b *modeltest.Fake) bool { return b.Live }) {
			t.Errorf("%s: it is live all the same", tt.what)
		}
	}
}

// TestPreflightIsQuick checks that a measurement and a destination that never answer hold nothing up for long.
func TestPreflightIsQuick(t *testing.T) {
	home := t.TempDir()
	r := modeltest.NewWith(t, home, func(w *model.World) {
		w.Encoders = func(ctx context.Context, _ profile.Profile) []encoder.Report {
			<-ctx.Done()
			return nil
		}
	})
	r.Start()
	t.Cleanup(r.Close)
	r.AwaitPhase(t, model.Ready)
	begin := time.Now()
	r.ToggleLive()
	r.AwaitPhase(t, model.Checking)
	r.AwaitPhase(t, model.Live)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("the last look takes %v", took)
	}
}

func TestSlowEncoder(t *testing.T) {
	r := modeltest.NewWith(t, t.TempDir(), func(w *model.World) {
		w.Encoders = func(context.Context, profile.Profile) []encoder.Report {
			return []encoder.Report{{Name: "libx264", Codec: encoder.H264, Works: true, MSPerFrame: 40}, {Name: "other", Codec: encoder.H264}}
		}
	})
	r.Start()
	t.Cleanup(r.Close)
	r.AwaitPhase(t, model.Ready)
	if p := found(t, r, true); !has(p, model.ErrSlow) || p.Stops() {
		t.Errorf("found %v", p)
	}
	r.MeasureEncoders()
	modeltest.Await(t, "the figures", func() bool { return len(r.State().Encoders) == 2 })
	if name, ms, enough := r.State().Fit(); name != "libx264" || ms != 40 || enough {
		t.Errorf("%s takes %v ms, enough %v", name, ms, enough)
	}
}

func TestServiceLimits(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	r.PutDestination("", profile.Destination{Name: "Mine", URL: "rtmp://live.twitch.tv.invalid.twitch.tv/app"}, model.Secrets{Key: secret.New("k")})
	modeltest.Await(t, "the destination", func() bool { return len(r.State().Profile.Destinations) == 2 })
	r.Change(func(p *profile.Profile) { p.KeyInterval.Duration, p.BitRate = 10*time.Second, 90_000_000 })
	r.AwaitPhase(t, model.Ready)
	p := found(t, r, true)
	limits := map[string]bool{}
	for _, f := range p {
		var l profile.ServiceLimit
		if errors.As(f.Err, &l) {
			limits[l.Setting] = l.Name == "Mine"
		}
	}
	if !limits["keyint"] || !limits["bitrate"] {
		t.Errorf("found %v", p)
	}
}

func TestSafeStart(t *testing.T) {
	r := modeltest.NewWith(t, t.TempDir(), func(w *model.World) { w.Safe = true })
	r.Start()
	t.Cleanup(r.Close)
	r.AwaitPhase(t, model.Unable)
	if s := r.State(); !errors.Is(s.Notice, model.ErrSafeStart) {
		t.Errorf("told is %v", s.Notice)
	}
	for found := range 2 { // neither the devices that are there nor one that appears is a reason to open anything
		modeltest.Await(t, "the devices", func() bool { return len(r.State().Devices) == 3+found })
		for end := time.Now().Add(time.Second / 4); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if _, n := r.Newest(); n != 0 {
				t.Fatal("something is opened")
			}
		}
		r.Set(func(r *modeltest.Rig) {
			r.Found = append(r.Found, capture.Device{Kind: capture.Mic, ID: "new", Name: "New"})
		})
		r.Look()
	}
	r.Retry()
	r.AwaitPhase(t, model.Ready)
}

// What came through of late is held against what the destinations need together.
func TestUpload(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	if s := r.State(); s.NeededUp != 0 || s.Upload.Kbps != 0 {
		t.Errorf("this computer alone: %+v, %d", s.Upload, s.NeededUp)
	}
	r.PutDestination("", profile.Destination{Name: "Mine", URL: "rtmp://127.0.0.1:1/app"}, model.Secrets{Key: secret.New("k")})
	modeltest.Await(t, "the destination", func() bool { return r.State().NeededUp == 3318 })
	b, _ := r.Newest()
	live := func(acked int, warning string) model.Preflight {
		t.Helper()
		p := found(t, r, true)
		b.Get(func(b *modeltest.Fake) bool {
			b.Now.Upload = publish.UploadStats{NeededKbps: 3318, AckedKbps: acked, Known: true, Warning: warning}
			return true
		})
		r.Heed()
		r.ToggleLive()
		r.AwaitPhase(t, model.Ready)
		r.Dismiss()
		return p
	}
	var short model.UploadShort
	for i, x := range []struct {
		acked   int
		warning string
		told    bool // of what was found out before
		then    model.Upload
	}{
		{2000, "", false, model.Upload{Kbps: 2000}},
		{1200, "it is full", false, model.Upload{Kbps: 1200, Limited: true}},
		{1100, "it is full", true, model.Upload{Kbps: 1200, Limited: true}},
		{3400, "", true, model.Upload{Kbps: 3400}},
		{3300, "", false, model.Upload{Kbps: 3400}},
	} {
		p := live(x.acked, x.warning)
		told := errors.As(p, &short) || slices.ContainsFunc(p, func(f profile.Finding) bool { return errors.As(f.Err, &short) })
		if told != x.told || r.State().Upload != x.then || p.Stops() {
			t.Errorf("%d: told %v, known %+v", i, p, r.State().Upload)
		}
	}
}

func TestTryUpload(t *testing.T) {
	found := publish.Trial{Offered: 3_318_000, Acked: 1_500_000}
	var fails error
	r := modeltest.NewWith(t, t.TempDir(), func(w *model.World) {
		w.TryUpload = func(_ context.Context, _ publish.Destination, bps int) (publish.Trial, error) {
			if bps/1000 != 3318 {
				t.Errorf("%d bit/s are tried", bps)
			}
			return found, fails
		}
	})
	r.Start()
	t.Cleanup(r.Close)
	r.AwaitPhase(t, model.Ready)
	done := func() bool { return !r.State().Trial.Going }
	r.TryUpload()
	modeltest.Await(t, "nothing to try", done)
	r.PutDestination("", profile.Destination{Name: "Twitch", URL: "rtmp://live.twitch.tv/app"}, model.Secrets{Key: secret.New("k")})
	modeltest.Await(t, "the destination", func() bool { return len(r.State().Profile.Destinations) == 2 })
	r.TryUpload()
	modeltest.Await(t, "a narrow way", func() bool {
		s := r.State()
		return done() && s.Upload == model.Upload{Kbps: 1500, Limited: true} && s.Trial.Name == "Twitch"
	})
	fails = publish.ErrRefused
	r.TryUpload()
	modeltest.Await(t, "a refusal", func() bool { return errors.Is(r.State().Trial.Err, publish.ErrRefused) })
	if s := r.State(); s.Upload.Kbps != 1500 {
		t.Errorf("a trial that failed is believed: %+v", s.Upload)
	}
}
