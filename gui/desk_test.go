package gui

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golive/gui/model/modeltest"
	"golive/profile"
)

func TestOneInstance(t *testing.T) {
	home := t.TempDir()
	first, err := claimInstance(home, "")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	asked := make(chan string, 1)
	first.onAsk(func(what string) { asked <- what })
	if _, err := claimInstance(home, "golive://profile/Work\nand more"); !errors.Is(err, errRunning) {
		t.Fatalf("a second one: %v", err)
	}
	if what := <-asked; what != "golive://profile/Work and more" {
		t.Errorf("it is asked for %q", what)
	}
	flood, err := net.Dial("unix", filepath.Join(home, "running.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer flood.Close()
	_ = flood.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = flood.Write(make([]byte, 1<<20)) // it hangs up in the middle
	if n, err := flood.Read(make([]byte, 1)); err == nil {
		t.Errorf("a flood is answered with %d bytes", n)
	}
	first.Close()
	again, err := claimInstance(home, "")
	if err != nil {
		t.Fatalf("after the first one has gone: %v", err)
	}
	again.Close()
}

func TestInstanceAfterAKill(t *testing.T) {
	home := t.TempDir()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(home, "running.sock"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close() // as a kill leaves it
	one, err := claimInstance(home, "")
	if err != nil {
		t.Fatalf("a socket that nobody listens on is in the way: %v", err)
	}
	one.Close()
}

func TestSentinel(t *testing.T) {
	home := t.TempDir()
	for run := range 4 { // each is killed
		s, err := newSentinel(home)
		if err != nil {
			t.Fatal(err)
		}
		s.healthy.Stop()
		if s.troubled() != (run >= crashesAllowed) {
			t.Errorf("run %d after %d crashes: safe start %v", run+1, s.crashes, s.troubled())
		}
	}
	s, err := newSentinel(home)
	if err != nil {
		t.Fatal(err)
	}
	s.done()
	if s, err = newSentinel(home); err != nil || s.troubled() {
		t.Errorf("after a good run: %v, %v", s.troubled(), err)
	}
	s.done()
	if err := os.WriteFile(filepath.Join(home, "running"), []byte("no number at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = newSentinel(home); err != nil || s.troubled() {
		t.Errorf("after a file of nonsense: %v", err)
	}
	s.done()
}

func TestParseHotkey(t *testing.T) {
	for _, good := range []string{"f9", "F12", "ctrl+shift+f9", "ctrl+a", "alt+space", "super+1", "Ctrl+Alt+Z", "f20"} {
		if _, err := parseHotkey(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a", "shift+a", "f", "f0", "f21", "f09", "f+1", "ctrl+", "ctrl+ab", "hyper+f9", "ctrl++", "+", "ctrl+\x00", "ctrl+f9+a"} {
		if c, err := parseHotkey(bad); !errors.Is(err, errNoKey) {
			t.Errorf("%q is taken for %+v", bad, c)
		}
	}
}

// TestHotkeysFollowTheSettings checks that keys are grabbed once, and anew when there are others.
func TestHotkeysFollowTheSettings(t *testing.T) {
	var h hotkeys
	h.report = func(error) {} // there may be no display
	h.update(map[string]string{})
	if h.grabber != nil {
		t.Error("keys are grabbed that nobody chose")
	}
	set := map[string]string{"live": "not a key"}
	h.update(set)
	if h.grabber != nil {
		t.Error("something is grabbed that is no key")
	}
	h.close()
	h.close()
}

func TestRequests(t *testing.T) {
	for argument, want := range map[string]bool{
		"golive://profile/Work": true, "/home/me/Show.toml": true, "Show.TOML": true, "Show.golive": true, "file:///home/me/My%20Show.golive": true,
		"live": false, "serve": false, "--help": false, "http://example.com": false,
	} {
		if Opens(argument) != want {
			t.Errorf("%s is for the window: %v", argument, !want)
		}
	}
	w, r := newTestWindow(t)
	r.Create("Work")
	r.Create("Play")
	w.request("golive://profile/Work")
	if name := r.State().Name; name != "Work" {
		t.Errorf("the profile %q is open", name)
	}
	before := len(r.State().Profile.Destinations)
	w.request("golive://destination?url=rtmp://evil.example.com/app/key&name=Me")
	if len(w.dialogs) != 1 || len(r.State().Profile.Destinations) != before {
		t.Error("a link adds a destination without a question")
	}
	w.cancel()
	for _, bad := range []string{"golive://live", "golive://%zz", "golive://destination/../../x?%%"} {
		r.Dismiss()
		w.request(bad)
		for w.cancel() {
		}
		if s := r.State(); s.OnAir() || len(s.Profile.Destinations) != before {
			t.Errorf("%s does something", bad)
		}
	}
	file := filepath.Join(t.TempDir(), "Given.toml")
	r.Export(file)
	w.request(file)
	modeltest.Await(t, "the file is opened", func() bool { return r.State().Name == "Given" })
}

// TestCompanionIsShared checks that sharing opens the watch page and the media alone, and that it can be taken back.
func TestCompanionIsShared(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	c, err := startCompanion(profile.Addresses{HTTP: "127.0.0.1:0", RTMP: "127.0.0.1:0", SRT: "off", WebRTC: "127.0.0.1:0"}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	outside := func() (web, media, rtmp bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		open := func(address string) bool { host, _, _ := net.SplitHostPort(address); return host != "127.0.0.1" }
		return open(c.server.HTTPAddr()), open(c.server.WebRTCAddr()), open(c.server.RTMPAddr())
	}
	var done sync.WaitGroup
	for _, on := range []bool{true, true, false} {
		done.Go(func() { _ = c.Shared() })
		if err := c.Share(on); err != nil {
			t.Fatal(err)
		}
		if web, media, rtmp := outside(); web != on || media != on || rtmp || c.Shared() != on {
			t.Errorf("shared %v: the page is open %v, the media %v, RTMP %v", on, web, media, rtmp)
		}
	}
	done.Wait()
}
