package publish

import (
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golive/recording"
)

// A slowFile takes its time to be written, and to be safe.
type slowFile struct {
	write, sync time.Duration
	err         error
	written     atomic.Bool
}

func (f *slowFile) Path() string { return "/videos/a.mp4" }

func (f *slowFile) Written() bool { return f.written.Load() }

func (f *slowFile) Close() error {
	time.Sleep(f.write)
	f.written.Store(true)
	time.Sleep(f.sync)
	return f.err
}

func TestCloseRecordingWaitsForItsDiskWithinBounds(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		file *slowFile
		took time.Duration
		is   error
		logs string
	}{
		{"quick", &slowFile{sync: time.Second}, time.Second, nil, ""},
		{"quick and broken", &slowFile{err: broken}, 0, broken, ""},
		{"slow to sync", &slowFile{sync: time.Minute}, endTime, nil, "power cut"},
		{"slow to sync and broken", &slowFile{sync: time.Minute, err: broken}, endTime, nil, "error=broken"},
		{"slow to write", &slowFile{write: time.Minute}, endTime, recording.ErrTooSlow, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said strings.Builder
				begin := time.Now()
				err := closeRecording(c.file, begin.Add(endTime), slog.New(slog.NewTextHandler(&said, nil)))
				if took := time.Since(begin); took != c.took || !errors.Is(err, c.is) || err != nil && c.is == nil {
					t.Errorf("%v after %v, want %v after %v", err, took, c.is, c.took)
				}
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if !strings.Contains(said.String(), c.logs) || c.logs == "" && said.Len() > 0 {
					t.Errorf("logged %q, want %q", said.String(), c.logs)
				}
			})
		})
	}
}
