package gui

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golive/profile"
)

// A visitor is a browser of its own; it returns the status of what it asks for on this computer.
func visitor(t *testing.T) func(method, link string) int {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	return func(method, link string) int {
		t.Helper()
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
		request, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader("v=0"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode
	}
}

// TestInvitations checks who gets in to a page that is for those with a link only, shared or not.
func TestInvitations(t *testing.T) {
	c, err := startCompanion(profile.Addresses{HTTP: "127.0.0.1:0", RTMP: "off", SRT: "off", WebRTC: "127.0.0.1:0"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	status := func(want int, link string) {
		t.Helper()
		if got := visitor(t)("GET", link); got != want {
			t.Errorf("%s: %d, want %d", link, got, want)
		}
	}
	if c.InviteURL(true) != c.WatchURL() {
		t.Error("there are invitations to a page for everybody")
	}
	status(http.StatusOK, c.WatchURL())
	for _, shared := range []bool{false, true} {
		if err := c.Share(shared); err != nil {
			t.Fatal(err)
		}
		if err := c.Protect(true); err != nil || !c.Protected() {
			t.Fatalf("%v, %v", c.Protected(), err)
		}
		status(http.StatusUnauthorized, c.WatchURL())
		month, once := c.InviteURL(false), c.InviteURL(true)
		status(http.StatusOK, month)
		status(http.StatusOK, month)
		status(http.StatusOK, once)
		status(http.StatusUnauthorized, once)
		if err := c.Protect(false); err != nil || c.Protected() {
			t.Fatalf("%v, %v", c.Protected(), err)
		}
		status(http.StatusOK, c.WatchURL())
		if err := c.Protect(true); err != nil {
			t.Fatal(err)
		}
		status(http.StatusUnauthorized, month)
		if err := c.Protect(false); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSharingLetsNobodySend checks that others on the network can watch, and neither publish nor manage.
func TestSharingLetsNobodySend(t *testing.T) {
	c, err := startCompanion(profile.Addresses{HTTP: "127.0.0.1:0", RTMP: "off", SRT: "off", WebRTC: "127.0.0.1:0"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Share(true); err != nil {
		t.Fatal(err)
	}
	page, err := url.Parse(c.WatchURL())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ method, path string }{{"POST", "/whip/other"}, {"DELETE", "/api/v1/streams/live"}} {
		page.Path = x.path
		if got := visitor(t)(x.method, page.String()); got != http.StatusUnauthorized {
			t.Errorf("%s %s: %d", x.method, x.path, got)
		}
	}
}
