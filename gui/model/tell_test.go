package model_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

func TestLog(t *testing.T) {
	var out bytes.Buffer
	l := model.NewLog(slog.NewTextHandler(&out, nil))
	log := slog.New(l).With("output", "Friends")
	log.Info("live", "key", secret.New("canary-4711"))
	log.Warn("lost\nin two lines")
	log.Error(strings.Repeat("x", 10_000))
	all, n := l.Records(slog.LevelDebug, "")
	if len(all) != 3 || n != 3 || all[0].Text != "live output=Friends key=***" || strings.Contains(all[1].Text, "\n") || len(all[2].Text) > 2100 {
		t.Errorf("%d records: %.300v", n, all)
	}
	if strings.Contains(out.String(), "canary") || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("passed on is %.300s", out.String())
	}
	if found, _ := l.Records(slog.LevelWarn, "LOST"); len(found) != 1 {
		t.Errorf("found %v", found)
	}
	for range 5000 {
		log.Debug("nobody wants to know")
		log.Info("again")
	}
	if all, n := l.Records(slog.LevelDebug, ""); len(all) > 2000 || n != 5003 {
		t.Errorf("%d of %d records are kept", len(all), n)
	}
	if slog.New(l).Enabled(context.Background(), slog.LevelDebug) {
		t.Error("debug is wanted")
	}
}

func TestReportIsRedacted(t *testing.T) {
	const canary = "canary-key-4711"
	r := modeltest.Start(t)
	r.PutDestination("", profile.Destination{Name: "Friends", URL: "rtmp://example.com/live?token=" + canary + "x"}, model.Secrets{Key: secret.New(canary)})
	modeltest.Await(t, "the destination", func() bool { return len(r.State().Profile.Destinations) == 2 })
	l := model.NewLog(slog.DiscardHandler)
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	slog.New(l).Error("strange", "address", "rtmp://example.com/live/"+canary, "key", canary, "file", filepath.Join(home, "x.mp4"))
	path := filepath.Join(t.TempDir(), "report.txt")
	r.WriteReport(path, l)
	data, err := os.ReadFile(path)
	if err != nil || len(data) < 500 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	for _, secret := range []string{canary, home + "/x.mp4"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%q is in the report", secret)
		}
	}
	for _, part := range []string{"== Profile ==", "== Log ==", "strange", "rtmp://example.com/...", "~/x.mp4"} {
		if !strings.Contains(string(data), part) {
			t.Errorf("%q is not in the report", part)
		}
	}
}

func TestFiguresAndHistory(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	r := modeltest.NewWith(t, t.TempDir(), func(w *model.World) { w.Now = func() time.Time { return now } })
	r.Start()
	t.Cleanup(r.Close)
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	b.Get(func(b *modeltest.Fake) bool {
		b.Now.Video = publish.VideoStats{FPS: 30, Lagged: 2, Skipped: 3, EncodeMS: publish.Percentiles{P50: 10}, CaptureMS: publish.Percentiles{P50: 2}}
		b.Now.Latency = publish.LatencyStats{P50: 80, Viewers: 4}
		b.Now.Outputs[0].Protocol, b.Now.Outputs[0].QueueMS, b.Now.Outputs[0].BitrateKbps, b.Now.Outputs[0].Dropped = "local", 8, 3000, publish.Dropped{Congestion: 5}
		return true
	})
	s := r.State()
	if f := s.Figures; f.Kbps != 3000 || f.Lost != (model.Lost{Late: 2, Busy: 3, Network: 5}) || f.Viewers != 4 || f.EncoderLoad < 0.299 || f.EncoderLoad > 0.301 {
		t.Errorf("figures %+v", f)
	}
	for _, x := range []struct{ told, network, player float64 }{{0, 60, 0}, {45, 15, 45}, {70, 0, 60}} {
		b.Get(func(b *modeltest.Fake) bool { b.Now.Latency.Player = x.told; return true })
		st := r.State().Figures.Stages
		if st.Capture+st.Encode+st.Send+st.Network+st.Player != st.Total || st.Network != x.network || st.Player != x.player {
			t.Errorf("with %v ms at the player, stages %+v", x.told, st)
		}
	}
}

func TestSeries(t *testing.T) {
	var s model.Series
	if len(s.Values()) != 0 {
		t.Error("an empty one has values")
	}
	for i := range 75 {
		model.AddTo(&s, float64(i))
	}
	v := s.Values()
	if len(v) != 60 || v[0] != 15 || v[59] != 74 || !slices.IsSorted(v) {
		t.Errorf("values %v", v)
	}
}

func TestMeter(t *testing.T) {
	var m model.Meter
	at := time.Unix(1000, 0)
	level := func(peak float64) publish.SourceLevel {
		return publish.SourceLevel{PeakDB: [2]float64{peak, peak}, LevelDB: [2]float64{peak - 6, peak - 6}}
	}
	for _, tt := range []struct {
		after time.Duration
		peak  float64
		hold  float64
		clip  bool
	}{
		{0, -20, -20, false},
		{time.Second, -40, -20, false},
		{2 * time.Second, -40, -40, false},
		{2100 * time.Millisecond, 0, 0, true},
		{4 * time.Second, -50, -50, true},
		{6 * time.Second, -50, -50, false},
	} {
		if r := m.Read(at.Add(tt.after), level(tt.peak)); r.Hold[0] != tt.hold || r.Clip != tt.clip || r.Peak[1] != tt.peak {
			t.Errorf("after %v: %+v", tt.after, r)
		}
	}
}

func TestThumbnails(t *testing.T) {
	r := modeltest.Start(t)
	modeltest.Await(t, "devices", func() bool { return len(r.State().Devices) > 0 })
	live := r.Thumbnails()
	live.Watch(model.Pictures(r.State().Devices, "window:Part of a title", model.Words{}))
	modeltest.Await(t, "both", func() bool { return live.Get("screen:0") != nil && live.Get("window:0x7") != nil })
	first := live.Get("screen:0")
	modeltest.Await(t, "another one", func() bool { return live.Get("screen:0") != first })
	modeltest.Await(t, "what is shown, by the name that the profile has for it", func() bool { return live.Get("window:Part of a title") != nil })
	live.Watch([]model.Choice{{Spec: "window:0x8"}})
	modeltest.Await(t, "one that came later", func() bool { return live.Get("window:0x8") != nil })
	live.Close()
	live.Close()
	live.Watch([]model.Choice{{Spec: "window:0x9"}})
	if live.Get("window:0x9") != nil {
		t.Error("it looks on after the end")
	}
}

func TestShare(t *testing.T) {
	r := modeltest.Start(t)
	r.Share(true)
	modeltest.Await(t, "others can watch", func() bool { return r.State().Shared })
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	r.Share(false)
	if !r.State().Shared {
		t.Error("it changes while live")
	}
}

func TestProtect(t *testing.T) {
	r := modeltest.Start(t)
	r.AwaitPhase(t, model.Ready)
	if link := r.Invite(true); link != r.State().WatchURL {
		t.Errorf("everybody may watch, and the link is %s", link)
	}
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	r.Protect(true)
	modeltest.Await(t, "it is protected, while live", func() bool { return r.State().Protected })
	if once, month := r.Invite(true), r.Invite(false); once == month || !strings.Contains(once, "token=") {
		t.Errorf("%s and %s", once, month)
	}
	r.Protect(false)
	modeltest.Await(t, "it is open again", func() bool { return !r.State().Protected })
}
