package gui

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golive/secret"
)

const (
	// crashesAllowed is how many runs in a row may end badly before the next one starts without sources.
	crashesAllowed = 2
	// healthyAfter is how long a run must last to count as a good one.
	healthyAfter = time.Minute
)

// A sentinel is a file that is there while Golive runs, with the number of runs that ended without taking it away.
type sentinel struct {
	path    string
	crashes int
	healthy *time.Timer
}

// newSentinel counts this run. An error leaves nothing counted.
func newSentinel(home string) (*sentinel, error) {
	s := &sentinel{path: filepath.Join(home, "running")}
	if data, err := os.ReadFile(s.path); err == nil {
		s.crashes, _ = strconv.Atoi(strings.TrimSpace(string(data[:min(len(data), 8)]))) // what is no number is none
	}
	if err := secret.WritePrivate(s.path, fmt.Appendln(nil, s.crashes+1)); err != nil {
		return s, fmt.Errorf("a crash of this run will not be noticed: %w", err)
	}
	s.healthy = time.AfterFunc(healthyAfter, func() { _ = os.Remove(s.path) })
	return s, nil
}

// troubled says whether the last runs ended so badly that this one should start without sources.
func (s *sentinel) troubled() bool { return s.crashes >= crashesAllowed }

// done ends a good run.
func (s *sentinel) done() {
	if s.healthy != nil {
		s.healthy.Stop()
	}
	_ = os.Remove(s.path)
}
