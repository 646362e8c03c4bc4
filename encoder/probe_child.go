package encoder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// ProbeCommand is the argument with which Probe runs the program again; RunProbe does what it asks for.
const ProbeCommand = "probe-encoder"

const (
	// probeEnv marks the process of a trial, which must not start another.
	probeEnv = "GOLIVE_PROBE"
	// What a process may take that hangs: the trial, and starting the process and grabbing pictures; for several trials
	// twice as long, as most of them end early.
	childLimit  = probeLimit + 2*time.Second
	ladderLimit = 2 * childLimit
	// maxAnswer bounds what is read from the process, in bytes.
	maxAnswer = 64 << 10
)

// An order is what the process of a trial is told.
type order struct {
	Encoder string  `json:"encoder"`
	Trials  []Trial `json:"trials"` // easier and easier
}

// A finding is the first of several trials that an encoder sustained, or the last.
type finding struct {
	Place  int    `json:"place"`
	Report Report `json:"report"`
}

// An answer is what it says.
type answer struct {
	finding
	Error string `json:"error"`
}

// runChild tries an encoder in another process. The error says in plain words why it does not work.
func runChild(ctx context.Context, trials []Trial, name string) (finding, error) {
	if os.Getenv(probeEnv) != "" {
		return finding{}, errors.New("one trial cannot start another")
	}
	program, err := os.Executable()
	if err != nil {
		return finding{}, fmt.Errorf("it cannot be tried: %w", err)
	}
	input, err := json.Marshal(order{name, trials})
	if err != nil {
		return finding{}, err
	}
	limit := childLimit
	if len(trials) > 1 {
		limit = ladderLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, complaints limited
	cmd := exec.CommandContext(ctx, program, ProbeCommand)
	cmd.Env = append(os.Environ(), probeEnv+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &complaints
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	var a answer
	switch parsed := json.Unmarshal(out.Bytes(), &a); {
	case ctx.Err() != nil:
		return finding{}, fmt.Errorf("it did not answer within %v", limit)
	case err == nil && parsed == nil && a.Error != "":
		return finding{}, errors.New(a.Error)
	case err == nil && parsed == nil:
		return a.finding, nil
	case err == nil:
		return finding{}, fmt.Errorf("its trial gave no answer: %w", parsed)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(complaints.String()), "\n")
	return finding{}, fmt.Errorf("it crashed when it was tried (%w: %s)", err, first)
}

// RunProbe is the process of a trial: it reads an order, tries the encoder of the table (nil is Table()) and writes what
// it found. It returns the exit code.
func RunProbe(in io.Reader, out io.Writer, table []Row) int {
	var o order
	if err := json.NewDecoder(io.LimitReader(in, maxAnswer)).Decode(&o); err != nil {
		return 2
	}
	if table == nil {
		table = Table()
	}
	i := slices.IndexFunc(table, func(r Row) bool { return r.Name == o.Encoder })
	if i < 0 || len(o.Trials) == 0 {
		return 2
	}
	var said firstError
	found, err := try(o.Trials, table[i], slog.New(&said))
	a := answer{finding: found}
	if err != nil {
		a.Error = err.Error()
		if s := said.String(); s != "" {
			a.Error = s
		}
	}
	if json.NewEncoder(out).Encode(a) != nil {
		return 1
	}
	return 0
}

// limited keeps the beginning of what is written to it.
type limited struct{ bytes.Buffer }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if room := maxAnswer - l.Len(); room > 0 {
		l.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// firstError is a slog.Handler that keeps the first error: FFmpeg's own words are better than the number it returns.
type firstError struct {
	mu   sync.Mutex
	text string
}

// Enabled implements slog.Handler.
func (f *firstError) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }

// Handle implements slog.Handler.
func (f *firstError) Handle(_ context.Context, r slog.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.text == "" {
		f.text = strings.TrimPrefix(r.Message, "ffmpeg: ")
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (f *firstError) WithAttrs([]slog.Attr) slog.Handler { return f }

// WithGroup implements slog.Handler.
func (f *firstError) WithGroup(string) slog.Handler { return f }

// String returns the first error, or "".
func (f *firstError) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text
}
