package rtc

import (
	"log/slog"
	"strings"
	"testing"
)

// TestLog checks that what the library says is for those who look for it alone.
func TestLog(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelInfo: 0, slog.LevelDebug: 3} {
		log := &strings.Builder{}
		part := logFactory{slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level}))}.NewLogger("ice")
		part.Errorf("a viewer of %d has left", 3)
		part.Warn("100%")
		part.Info("hello")
		part.Debug("a packet")
		if n := strings.Count(log.String(), "\n"); n != want {
			t.Errorf("at %v: %d lines, want %d: %s", level, n, want, log)
		}
		if want > 0 && !strings.Contains(log.String(), "a viewer of 3 has left") {
			t.Errorf("it says %s", log)
		}
	}
}
