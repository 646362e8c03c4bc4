//go:build !linux

package network

import (
	"fmt"
	"net/netip"
	"os"
)

type namespace struct{}

func newNamespace() (*namespace, error) {
	return nil, fmt.Errorf("%w: they belong to Linux", ErrNotAllowed)
}

func (*namespace) enter() error                             { return ErrNotAllowed }
func (*namespace) do(func() error) error                    { return ErrNotAllowed }
func (*namespace) setCongestionControl(*Link, string) error { return ErrNotAllowed }
func (*namespace) close()                                   {}
func (*Host) plug(int, netip.Addr) (*tun, error)            { return nil, ErrNotAllowed }

type tun struct{ *os.File }

func (*tun) setUp(bool) error { return ErrNotAllowed }
