package publish

import (
	"fmt"
	"log/slog"
	"time"

	"golive/recording"
)

// A recorder is what ending needs of a recording.Recorder.
type recorder interface {
	Path() string
	Written() bool
	Close() error
}

// closeRecording closes a recording and waits for its disk until the deadline. What is written by then is left to the
// disk: nobody can hurry it, and its error is logged when it comes.
func closeRecording(f recorder, deadline time.Time, log *slog.Logger) error {
	closed := make(chan error, 1)
	go func() { closed <- f.Close() }() // waited for below, and no longer: a disk can hang for ever
	select {
	case err := <-closed:
		return err
	case <-time.After(time.Until(deadline)):
	}
	go func() {
		if err := <-closed; err != nil {
			log.Error("the end of the recording is lost", "file", f.Path(), "error", err)
		}
	}()
	if !f.Written() {
		return fmt.Errorf("recording %s: its end is missing, because its disk does not keep up; choose a faster one: %w", f.Path(), recording.ErrTooSlow)
	}
	log.Warn("the recording is whole, but a power cut can harm it yet: its disk is slow", "file", f.Path())
	return nil
}
