package publish

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golive/encoder"
)

// Each output starts, stops and comes while the others stay live and lose nothing.
func TestOutputsComeAndGo(t *testing.T) {
	b := startBroadcast(t, testConfig())
	if err := b.StopOutput(0); !errors.Is(err, errNotLive) {
		t.Error(err)
	}
	steady, other := startPeer(t, nil), startPeer(t, nil)
	goLive(t, b, "", OutputConfig{Name: "steady", Destination: destination(t, steady.URL, "k")},
		OutputConfig{Name: "other", Destination: destination(t, other.URL, "k")})
	eventually(t, "two that are live", func() bool { return states(b, Live, Live) })
	if err := b.StopOutput(1); err != nil || !states(b, Live, Stopped) {
		t.Fatalf("%v, %+v", err, b.Stats().Outputs)
	}
	if s := b.Stats().Outputs[1]; time.Since(s.Since) > 5*time.Second || s.DroppedFrames > 0 {
		t.Errorf("%+v", s)
	}
	if err := b.AddOutput(OutputConfig{Name: "late", Destination: Local(startServer(t), "live")}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.StartOutput(1), b.StartOutput(0), b.RetryOutput(0)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "three that are live", func() bool { return states(b, Live, Live, Live) })
	eventually(t, "pictures for all", func() bool {
		for _, o := range b.Stats().Outputs {
			if o.BitrateKbps == 0 {
				return false
			}
		}
		return true
	})
	for _, i := range []int{-1, 3} {
		if err := errors.Join(b.StartOutput(i)); !errors.Is(err, errNoOutput) {
			t.Errorf("output %d: %v", i, err)
		}
	}
	endLive(t, b)
	if s := b.Stats(); s.Outputs[0].DroppedFrames != 0 || !states(b, Stopped, Stopped, Stopped) {
		t.Errorf("%+v", s.Outputs)
	}
	steady.mu.Lock()
	defer steady.mu.Unlock()
	if got, want := len(steady.keys), int(b.Stats().Video.Encoded); steady.dials != 1 || got != want {
		t.Errorf("the steady one was dialled %d times and got %d of %d pictures", steady.dials, got, want)
	}
}

// A sound codec that nobody needed before is encoded from then on.
func TestAddOutputOpensItsSound(t *testing.T) {
	b := startBroadcast(t, testConfig())
	goLive(t, b, "", OutputConfig{Name: "rtmp", Destination: destination(t, startPeer(t, nil).URL, "k")})
	l := b.live.Load()
	if l.has(encoder.Opus) {
		t.Fatal("nobody takes Opus")
	}
	if err := b.AddOutput(OutputConfig{Name: "page", Destination: Local(startServer(t), "live")}); err != nil {
		t.Fatal(err)
	}
	if !l.has(encoder.Opus) || len(l.outputs()[1].streams) != 3 {
		t.Errorf("%v", l.outputs()[1].streams)
	}
	eventually(t, "the page", func() bool { return states(b, Live, Live) })
}

func TestRetryNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){silent}}
		s := startTestSender(d)
		time.Sleep(20 * time.Second)
		before := len(d.gaps())
		time.Sleep(100 * time.Millisecond)
		begin := time.Now()
		s.hurry()
		synctest.Wait()
		if got := len(d.gaps()); got != before+1 || time.Since(begin) > 0 {
			t.Errorf("%d attempts after %v", got-before, time.Since(begin))
		}
		s.end(time.Now())
	})
}

func TestBackupIsTakenAfterTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){fails(errors.New("down"))}}
		up := &fakeDestination{answers: []func(context.Context, Feedback) (Output, error){lives(time.Minute), fails(errors.New("down"))}}
		begin := time.Now()
		s := startSender(OutputConfig{Name: "h", Destination: down, Backup: up}, []*encoder.Stream{testVideo}, func() {}, discard)
		time.Sleep(15 * time.Second)
		if o, _ := s.stats(); o.State != Live || !o.Backup {
			t.Fatalf("%+v", o)
		}
		if took := up.first().Sub(begin); took < backupAfter || took > backupAfter+5*time.Second {
			t.Errorf("taken after %v", took)
		}
		tried := len(down.gaps())
		time.Sleep(time.Minute + 20*time.Second) // it dies too, and the first has its turn again
		if len(down.gaps()) == tried {
			t.Error("never back")
		}
		s.end(time.Now())
	})
}

func TestBackupMustTakeTheSame(t *testing.T) {
	b := startBroadcast(t, testConfig())
	err := b.GoLive("", []OutputConfig{{
		Name: "x", Destination: destination(t, "rtmp://127.0.0.1:1/a", "k"), Backup: Local(startServer(t), "live"),
	}})
	if !errors.Is(err, ErrCodec) || !strings.Contains(err.Error(), "the backup of x") {
		t.Error(err)
	}
}
