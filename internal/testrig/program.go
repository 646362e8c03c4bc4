package testrig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golive/internal/testrig/network"
)

// BuildGolive returns the path of the golive program: what $GOLIVE_BIN says, or else one built into dir.
func BuildGolive(ctx context.Context, dir string) (string, error) {
	if path := os.Getenv("GOLIVE_BIN"); path != "" {
		return path, nil
	}
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	env, err := exec.CommandContext(ctx, filepath.Join(root, "scripts/deps"), "env").Output()
	if err != nil {
		return "", fmt.Errorf("scripts/deps env: %w", err)
	}
	path := filepath.Join(dir, "golive")
	build := exec.CommandContext(ctx, "go", "build", "-o", path, ".")
	build.Dir = root
	build.Env = append(os.Environ(), strings.Fields(string(env))...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// A Program is a running program.
type Program struct {
	child          *child
	stdout, stderr *record
}

// StartProgram starts a program with variables added to our environment, and keeps what it writes.
func StartProgram(path string, env []string, args ...string) (*Program, error) {
	return StartProgramOn(nil, path, env, args...)
}

// StartProgramOn starts a program on a host, as StartProgram does on this machine.
func StartProgramOn(host *network.Host, path string, env []string, args ...string) (*Program, error) {
	p := &Program{stdout: &record{}, stderr: &record{}}
	return p, p.start(host, path, env, args, p.stdout, p.stderr)
}

// StartToolOn starts one of the programs that tests need on a host, as StartProgramOn does. The error names the package to
// install.
func StartToolOn(host *network.Host, name string, args ...string) (*Program, error) {
	cmd, err := tool(name)
	if err != nil {
		return nil, err
	}
	return StartProgramOn(host, cmd.Path, nil, args...)
}

// AttachProgram starts a program as StartProgram does, but what it writes goes to our own stdout and stderr.
func AttachProgram(path string, env []string, args ...string) (*Program, error) {
	p := &Program{stdout: &record{}, stderr: &record{}}
	return p, p.start(nil, path, env, args, os.Stdout, os.Stderr)
}

func (p *Program) start(host *network.Host, path string, env, args []string, stdout, stderr io.Writer) (err error) {
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	p.child, err = startChildOn(host, cmd)
	return err
}

// Pid returns the number of the process.
func (p *Program) Pid() int { return p.child.cmd.Process.Pid }

// Lines returns the complete lines of stdout so far.
func (p *Program) Lines() [][]byte {
	lines := bytes.SplitAfter(p.stdout.bytes(), []byte("\n"))
	return lines[:len(lines)-1] // what follows the last line end is not complete
}

// Stderr returns stderr so far.
func (p *Program) Stderr() string { return string(p.stderr.bytes()) }

// Until waits until done returns true. The error, which holds stderr, is that of ctx, or that the program ended before.
func (p *Program) Until(ctx context.Context, done func() bool) error {
	err := poll(ctx, p.child.done, done)
	if errors.Is(err, errEnded) && done() { // with its last words
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w; it said:\n%s", p.child.name(), err, p.Stderr())
	}
	return nil
}

// Signal sends a signal to the program and all it started.
func (p *Program) Signal(sig syscall.Signal) { p.child.signal(sig) }

// Wait waits until the program ends, and returns its exit code. The error, which holds stderr, is that of ctx, or that a
// signal ended it.
func (p *Program) Wait(ctx context.Context) (int, error) {
	select {
	case <-p.child.done:
	case <-ctx.Done():
		return -1, fmt.Errorf("%s runs on: %w; it said:\n%s", p.child.name(), ctx.Err(), p.Stderr())
	}
	code := p.child.cmd.ProcessState.ExitCode()
	if code < 0 {
		return code, fmt.Errorf("%s: %w; it said:\n%s", p.child.name(), p.child.err, p.Stderr())
	}
	return code, nil
}

// Close kills the program if it still runs, and waits. It may be called twice.
func (p *Program) Close() { p.child.stop(syscall.SIGKILL, time.Second) }

// A record keeps everything that is written to it.
type record struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text = append(r.text, p...)
	return len(p), nil
}

func (r *record) bytes() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.text)
}
