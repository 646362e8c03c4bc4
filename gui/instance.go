package gui

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// maxRequest is how much another Golive may ask for, in bytes.
	maxRequest = 4096
	// requestTime is how long it may take.
	requestTime = 2 * time.Second
)

// errRunning: Golive runs already, and has been asked to come to the front.
var errRunning = errors.New("another Golive runs already")

// An instance is the one Golive that has a folder of settings to itself. Others that are started ask it to come to the
// front, and to open what they were to open.
type instance struct {
	listener net.Listener
	loop     sync.WaitGroup

	mu  sync.Mutex
	ask func(what string)
}

// claimInstance makes this the one that has home, or asks the one that has it to open what, and returns errRunning.
func claimInstance(home, what string) (*instance, error) {
	path := filepath.Join(home, "running.sock")
	if conn, err := net.DialTimeout("unix", path, requestTime); err == nil {
		defer conn.Close()
		return nil, errors.Join(errRunning, request(conn, what))
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	_ = os.Remove(path) // of one that was killed
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("only one Golive can run, and it cannot be told whether one does: %w", err)
	}
	i := &instance{listener: l}
	i.loop.Go(i.serve)
	return i, nil
}

// request sends one line and waits until it was taken.
func request(conn net.Conn, what string) error {
	_ = conn.SetDeadline(time.Now().Add(requestTime))
	if _, err := fmt.Fprintln(conn, strings.ReplaceAll(what, "\n", " ")); err != nil {
		return err
	}
	_, err := io.ReadAll(io.LimitReader(conn, 1))
	return err
}

// serve takes one request after the other until Close.
func (i *instance) serve() {
	for {
		conn, err := i.listener.Accept()
		if err != nil {
			return
		}
		_ = conn.SetDeadline(time.Now().Add(requestTime))
		line, err := bufio.NewReader(io.LimitReader(conn, maxRequest)).ReadString('\n')
		i.mu.Lock()
		ask := i.ask
		i.mu.Unlock()
		if err == nil && ask != nil {
			ask(strings.TrimSpace(line))
		}
		_ = conn.Close()
	}
}

// onAsk says what to do when another one asks.
func (i *instance) onAsk(ask func(what string)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ask = ask
}

// Close lets another Golive have the folder, and waits. It may be called twice.
func (i *instance) Close() {
	_ = i.listener.Close()
	i.loop.Wait()
}
