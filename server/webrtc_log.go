package server

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// A webrtcLog takes what the WebRTC library says into our log, at level debug: what is an error to it is often a viewer
// who has left. It implements logging.LoggerFactory.
type webrtcLog struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (l webrtcLog) NewLogger(part string) logging.LeveledLogger {
	return webrtcPart{l.log.With("part", "webrtc "+part)}
}

// A webrtcPart is the log of one part of the library. It implements logging.LeveledLogger.
type webrtcPart struct{ log *slog.Logger }

func (p webrtcPart) sayf(level, format string, args ...any) {
	if p.log.Enabled(context.Background(), slog.LevelDebug) {
		p.log.Debug(fmt.Sprintf(format, args...), "was", level)
	}
}

// Trace implements logging.LeveledLogger; nobody wants that much.
func (webrtcPart) Trace(string) {}

// Tracef implements logging.LeveledLogger.
func (webrtcPart) Tracef(string, ...any) {}

// Debug implements logging.LeveledLogger; these are packets one by one.
func (webrtcPart) Debug(string) {}

// Debugf implements logging.LeveledLogger.
func (webrtcPart) Debugf(string, ...any) {}

// Info implements logging.LeveledLogger.
func (p webrtcPart) Info(text string) { p.sayf("info", "%s", text) }

// Infof implements logging.LeveledLogger.
func (p webrtcPart) Infof(format string, args ...any) { p.sayf("info", format, args...) }

// Warn implements logging.LeveledLogger.
func (p webrtcPart) Warn(text string) { p.sayf("warning", "%s", text) }

// Warnf implements logging.LeveledLogger.
func (p webrtcPart) Warnf(format string, args ...any) { p.sayf("warning", format, args...) }

// Error implements logging.LeveledLogger.
func (p webrtcPart) Error(text string) { p.sayf("error", "%s", text) }

// Errorf implements logging.LeveledLogger.
func (p webrtcPart) Errorf(format string, args ...any) { p.sayf("error", format, args...) }
