package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"golive/profile"
	"golive/publish"
	"golive/secret"
)

func TestConfig(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	store := secret.Open(t.TempDir())
	p := profile.Default()
	p.Destinations = []profile.Destination{{Name: "Friends", URL: "rtmp://127.0.0.1/live", Key: "ref"}}
	p.Record = filepath.Join(t.TempDir(), "new")

	_, err := p.Config(store, nil)
	if !errors.Is(err, secret.ErrNotFound) || !strings.HasPrefix(err.Error(), "Friends: ") {
		t.Errorf("a missing key: %v", err)
	}
	if err := store.Set("ref", secret.New("canary")); err != nil {
		t.Fatal(err)
	}
	c, err := p.Config(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Outputs) != 1 || c.Outputs[0].Name != "Friends" || c.Outputs[0].Destination.Protocol() != "rtmp" {
		t.Errorf("outputs: %v", c.Outputs)
	}
	if c.Size.X != 1280 || c.FrameRate.Float() != 30 || c.BitRate != 3_000_000 || c.KeyInterval != 2*time.Second {
		t.Errorf("config: %+v", c)
	}
	if filepath.Dir(c.Record) != p.Record || filepath.Ext(c.Record) != ".mp4" {
		t.Errorf("record to %s", c.Record)
	}
}

func TestConfigErrors(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	store := secret.Open(t.TempDir())
	p := profile.Default()
	if _, err := p.Config(store, nil); err == nil {
		t.Error("the embedded server is nil, and that is no error")
	}
	p.Destinations = []profile.Destination{{Name: "Odd", URL: "gopher://example.com"}}
	_, err := p.Config(store, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "Odd: ") {
		t.Errorf("a malformed address: %v", err)
	}
	if !errors.Is(err, publish.ErrBadURL) && !errors.Is(err, publish.ErrUnsupported) {
		t.Errorf("a malformed address is no error of publish: %v", err)
	}
}

func TestRecordPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	now := time.Date(2026, 11, 22, 10, 33, 5, 0, time.Local)
	file := filepath.Join(dir, "Golive 2026-11-22 10.33.05.mp4")
	for in, want := range map[string]string{
		"":                          "",
		dir:                         file,
		filepath.Join(dir, "x.mp4"): filepath.Join(dir, "x.mp4"),
		"~/in/here":                 filepath.Join(dir, "in", "here", filepath.Base(file)),
	} {
		if got, err := profile.RecordPath(in, now); err != nil || got != want {
			t.Errorf("%q -> %q, %v", in, got, err)
		}
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{dir, file} {
		if got, err := profile.RecordPath(in, now); err == nil {
			t.Errorf("%q -> %q over a file that exists", in, got)
		}
	}
}
