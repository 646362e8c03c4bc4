package e2e

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"golive/internal/testrig"
)

// A desktop is a session bus with a place for icons and for notifications, and remembers what it is told.
type desktop struct {
	conn *dbus.Conn
	env  []string

	mu   sync.Mutex
	icon dbus.BusObject // that was shown
	said []string       // by notifications
}

// RegisterStatusNotifierItem is the method of org.kde.StatusNotifierWatcher.
func (d *desktop) RegisterStatusNotifierItem(from dbus.Sender, path string) *dbus.Error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.icon = d.conn.Object(string(from), dbus.ObjectPath(path))
	return nil
}

// Notify is the method of org.freedesktop.Notifications.
func (d *desktop) Notify(_ string, _ uint32, _, _, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, body)
	return 1, nil
}

// startDesktop starts a session bus of its own and takes both places on it.
func startDesktop(t *testing.T) *desktop {
	t.Helper()
	bus, err := testrig.StartToolOn(nil, "dbus-daemon", "--session", "--nofork", "--print-address")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	until(t, bus, 10*time.Second, "the address of the bus", func() bool { return len(bus.Lines()) > 0 })
	address := strings.TrimSpace(string(bus.Lines()[0]))
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := &desktop{conn: conn, env: []string{"DBUS_SESSION_BUS_ADDRESS=" + address}}
	for name, path := range map[string]dbus.ObjectPath{
		"org.kde.StatusNotifierWatcher": "/StatusNotifierWatcher", "org.freedesktop.Notifications": "/org/freedesktop/Notifications",
	} {
		if err := conn.Export(d, path, name); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// An entry is one of the menu of the icon, as com.canonical.dbusmenu has it.
type entry struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// item returns the menu of the icon and the number of its entry whose label begins so, if there is one.
func (d *desktop) item(label string) (dbus.BusObject, int32, bool) {
	d.mu.Lock()
	icon := d.icon
	d.mu.Unlock()
	if icon == nil {
		return nil, 0, false
	}
	at, err := icon.GetProperty("org.kde.StatusNotifierItem.Menu")
	path, ok := at.Value().(dbus.ObjectPath)
	if err != nil || !ok {
		return nil, 0, false
	}
	menu := d.conn.Object(icon.Destination(), path)
	var revision uint32
	var root entry
	if err := menu.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root); err != nil {
		return nil, 0, false
	}
	for _, child := range root.Children {
		var e entry
		if err := dbus.Store([]any{child.Value()}, &e); err != nil {
			continue
		}
		if text, ok := e.Properties["label"].Value().(string); ok && strings.HasPrefix(text, label) {
			return menu, e.ID, true
		}
	}
	return nil, 0, false
}

// chooses clicks an entry of the menu of the icon.
func (p *person) chooses(d *desktop, label string) {
	p.t.Helper()
	until(p.t, p.app, 20*time.Second, "the entry "+label, func() bool {
		menu, id, ok := d.item(label)
		return ok && menu.Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0)).Err == nil
	})
}

// isTold waits until a notification says something.
func (p *person) isTold(d *desktop, what string) {
	p.t.Helper()
	until(p.t, p.app, 20*time.Second, "a notification of "+what, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return strings.Contains(strings.Join(d.said, "\n"), what)
	})
}

// visible says whether the window can be seen.
func (p *person) visible() bool {
	cmd := exec.Command("xdotool", "search", "--onlyvisible", "--name", "^Golive$")
	cmd.Env = append(os.Environ(), p.s.env...)
	return cmd.Run() == nil
}

// TestTray leads a broadcast from the icon beside the clock: it goes live, the window is closed and the broadcast goes on,
// a lost destination is told by the desktop, a second Golive brings the window back and opens what it was given, and the
// icon ends it all.
func TestTray(t *testing.T) {
	s := newDesk(t, image.Pt(1920, 1080))
	d := startDesktop(t)
	s.env = append(s.env, d.env...)
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	p := newPerson(t, s)
	config := filepath.Join(p.home, "golive")
	profile := "version = 1\nvideo = 'pattern'\naudio = []\n[[destinations]]\nname = 'This computer'\nurl = 'local'\n" +
		"[[destinations]]\nname = 'Friends'\nurl = '" + server.URL("tray") + "'\n"
	for file, text := range map[string]string{
		"settings.toml": "version = 1\nwelcomed = true\n", "profiles/Default.toml": profile, "profiles/Work.toml": profile,
	} {
		if err := os.WriteFile(filepath.Join(config, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.open()
	p.sees("the Go Live button", red)
	p.chooses(d, "Go Live")
	p.has(0, "live by the icon", `msg=live output=Friends`)
	p.xdotool("key", "alt+F4")
	until(t, p.app, 10*time.Second, "the window hidden", func() bool { return !p.visible() })
	server.Kill()
	p.isTold(d, "Friends: Connection lost, trying again")
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.has(0, "it is back", `msg=live output=Friends reconnects=1`)
	p.chooses(d, "Open the window")
	until(t, p.app, 10*time.Second, "the window back", p.visible)
	p.chooses(d, "End")
	p.has(0, "the end by the icon", `msg="stream ended" stream=live`)

	second := start(t, s.env, "golive://profile/Work")
	if code := wait(t, second, 10*time.Second); code != 0 {
		t.Errorf("a second Golive: exit code %d\n%s", code, second.Stderr())
	}
	until(t, p.app, 10*time.Second, "the other profile", func() bool {
		last, err := os.ReadFile(filepath.Join(config, "last-profile"))
		return err == nil && strings.Contains(string(last), "Work")
	})
	p.chooses(d, "Quit")
	if code := wait(t, p.app, 10*time.Second); code != 0 {
		t.Errorf("quitting by the icon: exit code %d\n%s", code, p.app.Stderr())
	}
}
