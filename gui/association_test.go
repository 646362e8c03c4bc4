package gui

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAssociate registers a program with an odd name in a folder of its own, asks the desktop's own tool what opens a link
// then, and takes it back.
func TestAssociate(t *testing.T) {
	data := filepath.Join(t.TempDir(), "share")
	t.Setenv("XDG_DATA_HOME", data)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("XDG_CURRENT_DESKTOP", "")
	var ran []string
	run := func(ctx context.Context, name string, args ...string) {
		ran = append(ran, name)
		_ = exec.CommandContext(ctx, name, args...).Run()
	}
	if err := associate(t.Context(), data, `/opt/my "apps"/100%/go$live`, true, run); err != nil {
		t.Fatal(err)
	}
	entry, err := os.ReadFile(filepath.Join(data, "applications", appID+".desktop"))
	if want := `Exec="/opt/my \\"apps\\"/100%%/go\\$live" %u`; err != nil || !strings.Contains(string(entry), want) {
		t.Errorf("%v: the entry is\n%s, want %s", err, entry, want)
	}
	if !slices.Contains(ran, "xdg-mime") {
		t.Errorf("ran %v", ran)
	}
	if tool, err := exec.LookPath("xdg-mime"); err == nil {
		out, err := exec.CommandContext(t.Context(), tool, "query", "default", "x-scheme-handler/golive").Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != appID+".desktop" {
			t.Errorf("links are opened by %q, %v", got, err)
		}
	}
	if err := associate(t.Context(), data, "golive", false, run); err != nil {
		t.Fatal(err)
	}
	for _, f := range desktopFiles("golive") {
		if _, err := os.Stat(filepath.Join(data, f.path)); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", f.path, err)
		}
	}
	if err := associate(t.Context(), data, "golive", false, run); err != nil {
		t.Errorf("twice: %v", err)
	}
	if err := os.WriteFile(filepath.Join(data, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := associate(t.Context(), filepath.Join(data, "file"), "golive", true, run); err == nil {
		t.Error("below a file it works")
	}
}

func TestLocalFiles(t *testing.T) {
	for file, want := range map[string]string{
		"/home/me/Show.golive": "/home/me/Show.golive", "file:///home/me/My%20Show.golive": "/home/me/My Show.golive", "100%.toml": "100%.toml",
	} {
		if got := local(file); got != want {
			t.Errorf("%s is %s", file, got)
		}
	}
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]string{
		"": "", "golive://profile/Work": "golive://profile/Work", "file:///x.golive": "file:///x.golive", "/x.toml": "/x.toml", "x.golive": filepath.Join(here, "x.golive"),
	} {
		if got := absolute(what); got != want {
			t.Errorf("%q is %s", what, got)
		}
	}
}
