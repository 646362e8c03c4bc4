package cli

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"strconv"

	"golive/server"
)

// addresses declares the flags that say where the companion server listens.
func addresses(fs *flag.FlagSet, c *server.Config) {
	for _, a := range []struct {
		name, usage string
		to          *string
	}{
		{"http", "`ADDR` of the watch page (default 127.0.0.1:8080, or a free port)", &c.HTTP},
		{"rtmp", "`ADDR` where RTMP streams come in (default 127.0.0.1:1935, or a free port)", &c.RTMP},
		{"webrtc", "`ADDR` of WebRTC, UDP (default 127.0.0.1:8189, or a free port)", &c.WebRTC},
	} {
		fs.Func(a.name, a.usage, func(s string) error {
			*a.to = s
			return checkAddress(s)
		})
	}
	later(fs, "RTMP works: --rtmp", "srt")
}

func checkAddress(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("an address is HOST:PORT, such as 127.0.0.1:8080")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("the port %q is not a number from 0 to 65535", port)
	}
	return nil
}
