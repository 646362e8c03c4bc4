package network

import (
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// mtu of all links, in bytes.
const mtu = 1500

// A tun is a device that gives us the packets a host sends, and the host those that we write.
type tun struct {
	*os.File
	host *Host
	name string
}

// plug adds the device of link number i to the host, with an address in a network of four.
func (h *Host) plug(i int, addr netip.Addr) (*tun, error) {
	t := &tun{host: h, name: fmt.Sprintf("link%d", i)}
	err := h.Do(func() error {
		var err error
		if t.File, err = openTUN(t.name); err != nil {
			return fmt.Errorf("%w: TUN device: %w", ErrNotAllowed, err)
		}
		return configure(t.name, addr)
	})
	if err != nil && t.File != nil {
		t.Close()
	}
	return t, err
}

// openTUN makes a device that goes when the file is closed.
func openTUN(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	request, err := unix.NewIfreq(name)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), "/dev/net/tun"), nil // its Read can be ended by Close, as it does not block
}

// configure gives a device its address and takes it up. The thread is on the device's host.
func configure(name string, addr netip.Addr) error {
	err := request(name, unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(addr.AsSlice()) })
	if err == nil {
		err = request(name, unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{255, 255, 255, 252}) })
	}
	if err == nil {
		err = request(name, unix.SIOCSIFMTU, func(r *unix.Ifreq) error { r.SetUint32(mtu); return nil })
	}
	if err == nil {
		err = setFlags(name, unix.IFF_UP)
	}
	return err
}

func setFlags(name string, flags uint16) error {
	return request(name, unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(flags); return nil })
}

// request asks the kernel for one change of a device.
func request(name string, what uint, fill func(*unix.Ifreq) error) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq(name)
	if err == nil {
		err = fill(r)
	}
	if err == nil {
		err = unix.IoctlIfreq(fd, what, r)
	}
	if err != nil {
		return fmt.Errorf("network device %s: %w", name, err)
	}
	return nil
}

// setUp takes the device up or down.
func (t *tun) setUp(up bool) error {
	var flags uint16
	if up {
		flags = unix.IFF_UP
	}
	return t.host.Do(func() error { return setFlags(t.name, flags) })
}
