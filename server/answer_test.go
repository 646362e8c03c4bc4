package server

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"golive/secret"
)

// A shared buffer that may be written to from any goroutine.
type sharedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *sharedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *sharedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// TestAccessLog looks for what was asked for, and for secrets, in the log.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	var log sharedBuffer
	s := start(t, Config{
		AccessLog: true, Access: Access{View: secret.New(viewWord)},
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	broadcast(t, s, "live", func() {})
	for _, path := range []string{
		"/hls/live/index.m3u8?token=" + viewWord, "/watch/live?token=" + viewWord, "/api/v1/streams?token=mistyped",
		"/watch/live?token=" + s.door.passes.invite("live"), "/whep/live/some-session?token=mistyped",
	} {
		send(t, s, "GET", path, "", nil)
	}
	send(t, s, "DELETE", "/whep/live/some-session", "", nil)
	send(t, s, "GET", "/api/v1/streams", "", bearer(viewWord))
	got := log.String()
	for _, want := range []string{`route="GET /hls/{stream}/{file}" stream=live status=200`, "status=401", "from=127.0.0.1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the log has no %s", want)
		}
	}
	for _, hidden := range []string{viewWord, "mistyped", "token", "some-session"} {
		if strings.Contains(got, hidden) {
			t.Errorf("the log has %s", hidden)
		}
	}
}
