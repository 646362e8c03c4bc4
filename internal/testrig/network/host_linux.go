package network

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// A namespace is one of Linux's network namespaces. It lives as long as its file, and what runs or is open in it.
type namespace struct {
	file    *os.File
	closing sync.Once
}

func newNamespace() (*namespace, error) {
	s := &namespace{}
	err := onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("%w: unshare: %w", ErrNotAllowed, err)
		}
		var err error
		if s.file, err = os.Open("/proc/thread-self/ns/net"); err != nil {
			return err
		}
		return furnish()
	})
	if err != nil && s.file != nil {
		s.close()
	}
	return s, err
}

// furnish makes an ordinary host of the new namespace that the thread is in.
func furnish() error {
	// Hosts have IPv4 alone: what IPv6 says by itself would take part in the losses of a link.
	for _, of := range []string{"all", "default"} {
		err := os.WriteFile("/proc/sys/net/ipv6/conf/"+of+"/disable_ipv6", []byte("1"), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return setFlags("lo", unix.IFF_UP)
}

// onThread runs fn on a thread that nobody else will use.
func onThread(fn func() error) error {
	done := make(chan error)
	go func() { // ends before we return
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		done <- fn()
	}()
	return <-done
}

func (s *namespace) enter() error {
	if err := unix.Setns(int(s.file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter a network namespace: %w", err)
	}
	return nil
}

func (s *namespace) do(fn func() error) error {
	return onThread(func() error {
		if err := s.enter(); err != nil {
			return err
		}
		return fn()
	})
}

// setCongestionControl locks the algorithm to the route, which takes precedence over TCP_CONGESTION of a socket.
func (s *namespace) setCongestionControl(l *Link, algorithm string) error {
	return s.do(func() error {
		out, err := exec.Command("ip", "route", "replace", l.B.String()+"/32", "dev", l.ends[0].name, "src", l.A.String(),
			"congctl", "lock", algorithm).CombinedOutput()
		if err != nil {
			return fmt.Errorf("ip route: %w: %s", err, out)
		}
		return nil
	})
}

func (s *namespace) close() { s.closing.Do(func() { s.file.Close() }) }
