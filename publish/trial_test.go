package publish

import (
	"context"
	"errors"
	"testing"
	"time"

	"golive/internal/testrig"
)

// A trial sends as much as was asked for, whatever the test card takes, and what it sends is a stream that decodes.
func TestTryUpload(t *testing.T) {
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Record: true})
	const bps = 4_000_000
	got, err := TryUpload(t.Context(), destination(t, server.URL("x"), ""), bps)
	if err != nil || got.Offered != bps || got.Acked < bps*7/10 || got.Acked > bps*13/10 {
		t.Errorf("%+v, %v", got, err)
	}
	files, err := server.Recordings("x")
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if err := testrig.DecodeStrict(t.Context(), files[0]); err != nil {
		t.Error(err)
	}
}

func TestTryUploadFails(t *testing.T) {
	if _, err := TryUpload(t.Context(), destination(t, "rtmp://127.0.0.1:1/live", "canary"), 1_000_000); err == nil {
		t.Error("nobody is there, and it came through")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begin := time.Now()
	if _, err := TryUpload(ctx, destination(t, "rtmp://127.0.0.1:1/live", "canary"), 1_000_000); err == nil || time.Since(begin) > trialTime {
		t.Errorf("cancelled: %v", err)
	}
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	gone := time.AfterFunc(2*time.Second, server.Kill)
	defer gone.Stop()
	if _, err := TryUpload(t.Context(), destination(t, server.URL("x"), ""), 1_000_000); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("the server dies: %v", err)
	}
}

func TestTrialIsEnough(t *testing.T) {
	for _, x := range []struct {
		trial Trial
		want  bool
	}{{Trial{1000, 1000}, true}, {Trial{1000, 920}, true}, {Trial{1000, 800}, false}, {Trial{1000, 0}, false}} {
		if x.trial.Enough() != x.want {
			t.Errorf("%+v", x.trial)
		}
	}
}
