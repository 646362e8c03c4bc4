package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"sync"
)

// A terminal is where a command speaks: JSON and lists on out; logs and one status line, which is updated in place
// where that is possible, on err.
type terminal struct {
	out io.Writer
	log *slog.Logger

	mu      sync.Mutex
	err     io.Writer
	live    bool   // err is a terminal
	columns int    // its width, 0 when not known
	status  string // what stands on the last line of a live one
}

const eraseLine = "\r\x1b[K"

// Write writes log lines above the status line.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.status == "" {
		return t.err.Write(p)
	}
	_, err := fmt.Fprintf(t.err, "%s%s%s", eraseLine, p, t.status)
	return len(p), err
}

// show puts up a new status line; on something that is not a terminal it is just the next line.
func (t *terminal) show(status string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.live {
		fmt.Fprintln(t.err, status)
		return
	}
	if runes := []rune(status); t.columns > 1 && len(runes) >= t.columns { // a second row would not be erased
		status = string(runes[:t.columns-2]) + "…"
	}
	t.status = status
	fmt.Fprint(t.err, eraseLine+status)
}

// settle ends the status line.
func (t *terminal) settle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.status != "" {
		fmt.Fprintln(t.err)
		t.status = ""
	}
}

// finish says what went wrong, if anything, and returns the exit code.
func (t *terminal) finish(err error) int {
	t.settle()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(t.err, "golive: %v\n", err)
	}
	return code(err)
}

// json prints v as one line.
func (t *terminal) json(v any) error {
	e := json.NewEncoder(t.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// shortTime drops the date from log lines.
func shortTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		a.Value = slog.StringValue(a.Value.Time().Format("15:04:05.000"))
	}
	return a
}
