// Package testrig brings up the real parts that Golive meets: an X display, a sound server, an RTMP server, and the
// golive program itself, and looks at what comes out with FFmpeg's own tools. In go a context that bounds the start and
// a few settings; out come a running part with its address and a Close that ends it and removes what it left. A part
// also dies with the process that started it, however that ends. It is for tests, and for showing Golive on a machine
// without a display.
package testrig

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"time"
)

// pollEvery is how often something that cannot be waited for is looked at.
const pollEvery = 20 * time.Millisecond

// poll calls done until it returns true. Its error is that of ctx, or ended when what is waited for has ended.
func poll(ctx context.Context, ended <-chan struct{}, done func() bool) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			return errEnded
		case <-ticker.C:
		}
	}
	return nil
}

// tool returns a command that runs the program name. The error names the package to install.
func tool(name string, args ...string) (*exec.Cmd, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	if err != nil {
		return nil, fmt.Errorf("%s is not installed: run scripts/deps test, or apt-get install %s", name, debianPackage(name))
	}
	return exec.Command(path, args...), nil
}

// debianPackage returns the Debian package that holds the program name.
func debianPackage(name string) string {
	switch name {
	case "Xvfb":
		return "xvfb"
	case "pacat", "pactl", "parec":
		return "pulseaudio-utils"
	case "nginx":
		return "nginx-light libnginx-mod-rtmp"
	case "ffprobe":
		return "ffmpeg"
	case "srt-live-transmit":
		return "srt-tools"
	}
	return name
}

// freePort returns a TCP port of the loopback interface that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// listening says whether something accepts connections at an address.
func listening(network, addr string) bool {
	conn, err := net.DialTimeout(network, addr, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
