package testrig

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golive/internal/testrig/network"
)

// errEnded says that a process ended while something of it was waited for.
var errEnded = errors.New("it ended by itself")

// A child is a process that dies with us, also when we are killed.
type child struct {
	cmd  *exec.Cmd
	out  *tail
	done chan struct{} // closed when the process has ended
	err  error         // of Wait; to be read after done
}

// startChild starts cmd on this machine, as startChildOn does.
func startChild(cmd *exec.Cmd) (*child, error) { return startChildOn(nil, cmd) }

// startChildOn starts cmd on a host, in a process group of its own so that it can be ended with all it started. What cmd
// writes to outputs that are not set is kept for error messages.
func startChildOn(host *network.Host, cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, out: &tail{}, done: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = c.out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = c.out
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() { // ends when the process does, which stop waits for
		// The kernel sends Pdeathsig when the thread that forked ends, so the thread is kept for as long as the child.
		// It may be on another host by then, so nobody uses it afterwards.
		runtime.LockOSThread()
		err := host.Enter()
		if err == nil {
			err = cmd.Start()
		}
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name(), err)
	}
	return c, nil
}

func (c *child) name() string { return filepath.Base(c.cmd.Path) }

// signal sends sig to the process and all it started. One that has ended already is no error.
func (c *child) signal(sig syscall.Signal) {
	select {
	case <-c.done:
	default:
		_ = syscall.Kill(-c.cmd.Process.Pid, sig) // it may end at this moment
	}
}

// stop ends the process, by force when it has not ended patience after sig, and waits. It may be called again.
func (c *child) stop(sig syscall.Signal, patience time.Duration) {
	c.signal(sig)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
		c.signal(syscall.SIGKILL)
		<-c.done
	}
}

// explain adds to err the name of the program and what it printed last.
func (c *child) explain(err error) error {
	if text := c.out.String(); text != "" {
		return fmt.Errorf("%s: %w: %s", c.name(), err, text)
	}
	return fmt.Errorf("%s: %w", c.name(), err)
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4096

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if extra := len(t.text) - tailSize; extra > 0 {
		t.text = t.text[extra:]
	}
	return len(p), nil
}

// String returns what was kept, trimmed.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
