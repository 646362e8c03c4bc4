package rtc

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// A logFactory takes what the WebRTC library says into our log, at level debug: what is an error to it is often a viewer
// who has left. It implements logging.LoggerFactory.
type logFactory struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (l logFactory) NewLogger(part string) logging.LeveledLogger {
	return logPart{l.log.With("part", "webrtc "+part)}
}

// A logPart is the log of one part of the library. It implements logging.LeveledLogger.
type logPart struct{ log *slog.Logger }

func (p logPart) sayf(level, format string, args ...any) {
	if p.log.Enabled(context.Background(), slog.LevelDebug) {
		p.log.Debug(fmt.Sprintf(format, args...), "was", level)
	}
}

// Trace implements logging.LeveledLogger; nobody wants that much.
func (logPart) Trace(string) {}

// Tracef implements logging.LeveledLogger.
func (logPart) Tracef(string, ...any) {}

// Debug implements logging.LeveledLogger; these are packets one by one.
func (logPart) Debug(string) {}

// Debugf implements logging.LeveledLogger.
func (logPart) Debugf(string, ...any) {}

// Info implements logging.LeveledLogger.
func (p logPart) Info(text string) { p.sayf("info", "%s", text) }

// Infof implements logging.LeveledLogger.
func (p logPart) Infof(format string, args ...any) { p.sayf("info", format, args...) }

// Warn implements logging.LeveledLogger.
func (p logPart) Warn(text string) { p.sayf("warning", "%s", text) }

// Warnf implements logging.LeveledLogger.
func (p logPart) Warnf(format string, args ...any) { p.sayf("warning", format, args...) }

// Error implements logging.LeveledLogger.
func (p logPart) Error(text string) { p.sayf("error", "%s", text) }

// Errorf implements logging.LeveledLogger.
func (p logPart) Errorf(format string, args ...any) { p.sayf("error", format, args...) }
