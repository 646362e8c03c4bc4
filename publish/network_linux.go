package publish

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// routes are the messages of rtnetlink(7) about links, addresses and routes.
type routes struct{ file *os.File }

func openRoutes() (routeMonitor, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	groups := unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: uint32(groups)}); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	return routes{os.NewFile(uintptr(fd), "netlink")}, nil
}

// wait implements routeMonitor. What has changed does not matter: whoever cares looks. Neither does a message that was
// lost because too many came.
func (r routes) wait() error {
	var b [1]byte // the rest of a message is dropped
	_, err := r.file.Read(b[:])
	if err == nil || errors.Is(err, unix.ENOBUFS) {
		return nil
	}
	return err
}

// Close implements routeMonitor.
func (r routes) Close() error { return r.file.Close() }
