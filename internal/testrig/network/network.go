// Package network gives tests bad networks: hosts, which are network namespaces, joined by links that have a rate, a
// delay, losses and cuts, which a test can change while they carry traffic. What runs on a host is any program, and any
// socket that a test opens there; both speak through the kernel's own TCP and UDP. A link is two TUN devices with an
// emulator between them in this process, so it needs no module of the kernel; its losses follow from a seed. Networks
// are closed off from each other and from the machine, so that many can run side by side. Linux only, and only for
// those who may create namespaces.
package network

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
)

// ErrNotAllowed is returned where namespaces or TUN devices cannot be had; its text says why.
var ErrNotAllowed = errors.New("network namespaces are not to be had here")

// base is where all addresses come from: the range set aside for benchmarks of networks (RFC 2544).
var base = netip.MustParseAddr("198.18.0.0").As4()

// maxLinks is how many subnets of four addresses there are.
const maxLinks = 1 << 15

// A Network is some hosts and the links between them. It is not safe for concurrent use; its hosts and links are.
type Network struct {
	seed  uint64
	hosts []*Host
	links []*Link
}

// New returns an empty network. The losses on its links follow from the seed and the order the links are made in.
func New(seed uint64) *Network { return &Network{seed: seed} }

// ForTest returns an empty network that lasts as long as the test, which is skipped where there can be none.
func ForTest(t testing.TB, seed uint64) *Network {
	t.Helper()
	n := New(seed)
	t.Cleanup(n.Close)
	if err := n.possible(); err != nil {
		t.Skip(err)
	}
	return n
}

// possible tries what a network needs.
func (n *Network) possible() error {
	trial := New(0)
	defer trial.Close()
	a, err := trial.Host()
	if err != nil {
		return err
	}
	b, err := trial.Host()
	if err != nil {
		return err
	}
	_, err = trial.Connect(a, b, Conditions{}, Conditions{})
	return err
}

// Host adds a host, which has nothing but a loopback interface.
func (n *Network) Host() (*Host, error) {
	h, err := newHost()
	if err == nil {
		n.hosts = append(n.hosts, h)
	}
	return h, err
}

// Connect joins two hosts by a link, with the conditions from a to b and from b to a. Each end gets an address that no
// other link of the network has.
func (n *Network) Connect(a, b *Host, there, back Conditions) (*Link, error) {
	i := len(n.links)
	if i == maxLinks {
		return nil, fmt.Errorf("a network has at most %d links", maxLinks)
	}
	l, err := newLink(a, b, i, [2]uint64{n.seed, uint64(i)}, there, back)
	if err == nil {
		n.links = append(n.links, l)
	}
	return l, err
}

// Close ends all links, waits, and lets go of the hosts. Programs on them must have been closed before. It may be called
// twice.
func (n *Network) Close() {
	for _, l := range n.links {
		l.close()
	}
	for _, h := range n.hosts {
		h.close()
	}
}

// address returns the address number host (1 or 2) of link i.
func address(i, host int) netip.Addr {
	a := base
	v := i<<2 | host
	a[1] |= byte(v >> 16)
	a[2], a[3] = byte(v>>8), byte(v)
	return netip.AddrFrom4(a)
}
