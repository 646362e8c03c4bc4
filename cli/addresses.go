package cli

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"

	"golive/secret"
	"golive/server"
)

// addresses declares the flags that say where the companion server listens.
func addresses(fs *flag.FlagSet, c *server.Config) {
	for _, a := range []struct {
		name, usage string
		to          *string
		optional    bool
	}{
		{"http", "`ADDR` of the watch page (default 127.0.0.1:8080, or a free port)", &c.HTTP, false},
		{"rtmp", "`ADDR` of RTMP (default 127.0.0.1:1935, or a free port), or off", &c.RTMP, true},
		{"srt", "`ADDR` of SRT, UDP (default 127.0.0.1:8890, or a free port), or off", &c.SRT, true},
		{"webrtc", "`ADDR` of WebRTC, UDP and TCP (default 127.0.0.1:8189, or a free port)", &c.WebRTC, false},
	} {
		fs.Func(a.name, a.usage, func(s string) error {
			*a.to = s
			if a.optional && s == "off" {
				return nil
			}
			return checkAddress(s)
		})
	}
	fs.Func("webrtc-host", "further `HOST` that viewers reach the WebRTC port by, such as a router's; repeatable", func(host string) error {
		c.WebRTCHosts = append(c.WebRTCHosts, host)
		return nil
	})
	iceServers(fs, c)
	fs.BoolVar(&c.ClocksAgree, "clocks-agree", false, "publishers' computers have the same time as this one (NTP): tell latency by when they took their pictures")
	fromEnv(fs, "srt-passphrase-env", "let nobody in over SRT without the passphrase in the environment variable `VAR`", &c.SRTPassphrase)
	fromEnv(fs, "publish-token-env", "let nobody publish or manage without the token in the environment variable `VAR`", &c.Access.Publish)
	fromEnv(fs, "view-token-env", "let nobody watch without the token in the environment variable `VAR`", &c.Access.View)
	fs.StringVar(&c.Access.Hook, "auth-hook", "", "ask the service at `URL` about everybody who has none of these tokens")
	fs.StringVar(&c.TLSCert, "tls-cert", "", "serve pages over HTTPS with the certificate in this PEM `FILE`")
	fs.StringVar(&c.TLSKey, "tls-key", "", "the PEM `FILE` with the key of that certificate")
}

// fromEnv declares a flag that names the environment variable with a secret.
func fromEnv(fs *flag.FlagSet, name, usage string, to *secret.Secret) {
	fs.Func(name, usage, func(variable string) error {
		if *to = secret.New(os.Getenv(variable)); to.Empty() {
			return fmt.Errorf("the environment variable %s is not set or empty", variable)
		}
		return nil
	})
}

// iceServers declares the flags of STUN and TURN servers. The last two are for the server named before them.
func iceServers(fs *flag.FlagSet, c *server.Config) {
	last := func() (*server.ICEServer, error) {
		if len(c.ICEServers) == 0 {
			return nil, errors.New("name the server first, with --ice-server")
		}
		return &c.ICEServers[len(c.ICEServers)-1], nil
	}
	fs.Func("ice-server", "`URL` of a server that helps viewers who cannot reach the WebRTC port: stun:HOST:PORT, turn:HOST:PORT; repeatable", func(url string) error {
		c.ICEServers = append(c.ICEServers, server.ICEServer{URL: url})
		return nil
	})
	fs.Func("ice-user", "user `NAME` for the TURN server named before", func(name string) error {
		s, err := last()
		if err == nil {
			s.Username = name
		}
		return err
	})
	fs.Func("ice-credential-env", "the TURN server's credential is in the environment variable `VAR`", func(name string) error {
		s, err := last()
		if err != nil {
			return err
		}
		if s.Credential = secret.New(os.Getenv(name)); s.Credential.Empty() {
			return fmt.Errorf("the environment variable %s is not set or empty", name)
		}
		return nil
	})
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
