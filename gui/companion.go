package gui

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
	"golive/server"
)

// stream is the name of the broadcast on the embedded server.
const stream = "live"

var _ model.Companion = (*companion)(nil)

// A companion is the embedded server, which can be opened to the network and closed to it again.
type companion struct {
	at  profile.Addresses
	log *slog.Logger

	mu     sync.Mutex
	server *server.Server
	shared bool
	view   secret.Secret // the token of viewers; empty while everybody may watch who knows the address
	manage secret.Secret // nobody has it: others on the network can watch, and nothing else
}

// startCompanion starts the server for this computer alone.
func startCompanion(at profile.Addresses, log *slog.Logger) (*companion, error) {
	c := &companion{at: at, log: log, manage: server.NewToken()}
	s, err := server.Start(c.config(false))
	if err != nil {
		return nil, err
	}
	c.server = s
	return c, nil
}

// config returns where to listen. Sharing opens the watch page and the media it plays, and nothing that can be sent to.
func (c *companion) config(shared bool) server.Config {
	o := server.Config{HTTP: c.at.HTTP, RTMP: c.at.RTMP, SRT: c.at.SRT, WebRTC: c.at.WebRTC, Log: c.log}
	o.Access.View = c.view
	if shared {
		o.Access.Publish = c.manage
		o.HTTP, o.WebRTC = everywhere(c.server.HTTPAddr()), everywhere(c.server.WebRTCAddr())
	}
	return o
}

// everywhere returns an address on all networks, with the same port.
func everywhere(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return net.JoinHostPort("0.0.0.0", port)
}

// Destination implements model.Companion.
func (c *companion) Destination() publish.Destination {
	c.mu.Lock()
	defer c.mu.Unlock()
	return publish.Local(c.server, stream)
}

// WatchURL implements model.Companion.
func (c *companion) WatchURL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reachable(c.server.WatchURL(stream))
}

// InviteURL implements model.Companion.
func (c *companion) InviteURL(once bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reachable(c.server.InviteURL(stream, once))
}

// reachable returns a link of the server as those can use it who may watch.
func (c *companion) reachable(link string) string {
	u, err := url.Parse(link)
	if host := ownAddress(); err == nil && c.shared && host != "" {
		u.Host = net.JoinHostPort(host, u.Port())
		return u.String()
	}
	return link
}

// Protect implements model.Companion. Each time it is switched on, the links of before are good no more.
func (c *companion) Protect(on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if on == !c.view.Empty() {
		return nil
	}
	before := c.view
	if c.view = (secret.Secret{}); on {
		c.view = server.NewToken()
	}
	_, err := c.server.Reload(c.config(c.shared))
	if err != nil {
		c.view = before
	}
	return err
}

// Protected implements model.Companion.
func (c *companion) Protected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.view.Empty()
}

// ownAddress returns the address of this computer on its network, "" when it is on none.
func ownAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	return ""
}

// Share implements model.Companion.
func (c *companion) Share(on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if on == c.shared {
		return nil
	}
	before, after := c.config(c.shared), c.config(on)
	c.close()
	s, err := server.Start(after)
	if err == nil {
		c.server, c.shared = s, on
		return nil
	}
	if s, again := server.Start(before); again == nil {
		c.server = s
	} else {
		err = errors.Join(err, again)
	}
	return fmt.Errorf("the watch page stays as it was: %w", err)
}

// Shared implements model.Companion.
func (c *companion) Shared() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shared
}

// Ports implements model.Companion.
func (c *companion) Ports() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, web, _ := net.SplitHostPort(c.server.HTTPAddr())
	_, media, _ := net.SplitHostPort(c.server.WebRTCAddr())
	return strings.Join([]string{"TCP " + web, "UDP " + media}, ", ")
}

// Close ends the server.
func (c *companion) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close()
}

func (c *companion) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := c.server.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		c.log.Warn("the watch page did not close cleanly", "error", err)
	}
}
