package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"golive/secret"
)

const canary = "canary/key?with=odd&signs 3f9a"

func TestSecretHides(t *testing.T) {
	s := secret.New(canary)
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", s, "in", struct{ S secret.Secret }{s})
	fmt.Fprintf(&out, "%v %+v %#v %s %q %d %x", s, s, s, s, s, s, s)
	if err := json.NewEncoder(&out).Encode(map[string]any{"key": s}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "canary") || strings.Contains(out.String(), fmt.Sprintf("%x", "canary")) {
		t.Errorf("the secret shows: %s", out.String())
	}
	if s.Reveal() != canary || s.Empty() || !secret.New("").Empty() {
		t.Error("the secret does not hold its value")
	}
}

func TestStore(t *testing.T) {
	tests := []struct {
		name  string
		files int // that hold secrets, with what opens them
		ring  func()
	}{
		{"keyring", 0, keyring.MockInit},
		{"no keyring", 2, func() { keyring.MockInitWithError(errors.New("no bus")) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.ring()
			dir := t.TempDir()
			s := secret.Open(dir)
			if _, err := s.Get("a"); !errors.Is(err, secret.ErrNotFound) {
				t.Fatalf("Get before Set: %v", err)
			}
			for _, value := range []string{"first", canary} {
				if err := s.Set("a", secret.New(value)); err != nil {
					t.Fatal(err)
				}
			}
			if v, err := secret.Open(dir).Get("a"); err != nil || v.Reveal() != canary {
				t.Fatalf("Get in the next run: %v, right value: %v", err, v.Reveal() == canary)
			}
			if files, err := filepath.Glob(filepath.Join(dir, "secrets", "*")); err != nil || len(files) != test.files {
				t.Errorf("files: %v, %v", files, err)
			}
			checkFiles(t, dir)
			if err := s.Delete("a"); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Get("a"); !errors.Is(err, secret.ErrNotFound) {
				t.Errorf("Get after Delete: %v", err)
			}
			if err := s.Delete("a"); !errors.Is(err, secret.ErrNotFound) {
				t.Errorf("second Delete: %v", err)
			}
		})
	}
}

// checkFiles fails when a file in dir shows the canary in any usual coding, or may be read by someone else.
func checkFiles(t *testing.T, dir string) {
	t.Helper()
	forms := []string{
		canary, url.QueryEscape(canary), url.PathEscape(canary),
		base64.StdEncoding.EncodeToString([]byte(canary)), base64.URLEncoding.EncodeToString([]byte(canary)),
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", d.Name(), info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(path)
		for _, form := range forms {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("%s holds the key in clear", d.Name())
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeyringBreaksLater(t *testing.T) {
	dir := t.TempDir()
	keyring.MockInit()
	if err := secret.Open(dir).Set("a", secret.New("old")); err != nil {
		t.Fatal(err)
	}
	keyring.MockInitWithError(errors.New("bus died"))
	if err := secret.Open(dir).Set("a", secret.New("new")); err != nil {
		t.Fatal(err)
	}
	keyring.MockInit()
	_ = keyring.Set("golive", "a", "old")
	s := secret.Open(dir)
	if v, err := s.Get("a"); err != nil || v.Reveal() != "new" {
		t.Fatalf("the newer value is lost: %v", err)
	}
	if err := s.Set("a", secret.New("newest")); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Get("a"); err != nil || v.Reveal() != "newest" {
		t.Fatalf("an old file hides the keyring: %v", err)
	}
}

func TestBadInput(t *testing.T) {
	keyring.MockInit()
	s := secret.Open(t.TempDir())
	if s.Set("", secret.New("x")) == nil || s.Set(strings.Repeat("r", 257), secret.New("x")) == nil {
		t.Error("a bad reference is taken")
	}
	if s.Set("a", secret.New("")) == nil || s.Set("a", secret.New(strings.Repeat("x", 2049))) == nil {
		t.Error("a bad value is taken")
	}
}

func TestDamagedFiles(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	for name, content := range map[string]string{"empty": "", "zeroes": strings.Repeat("\x00", 300), "large": strings.Repeat("x", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := secret.Open(dir)
			if err := s.Set("a", secret.New(canary)); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(dir, "secrets", "*"))
			if err != nil || len(files) != 2 {
				t.Fatalf("files: %v, %v", files, err)
			}
			for _, file := range files {
				if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := s.Get("a"); err == nil || errors.Is(err, secret.ErrNotFound) {
					t.Errorf("damage of %s is not told: %v", filepath.Base(file), err)
				}
			}
		})
	}
}

// TestSilentKeyring talks to a message bus that takes the connection and then says nothing. It needs the real keyring
// library, which the mock of the other tests replaces for good, and so runs in a process of its own.
func TestSilentKeyring(t *testing.T) {
	if os.Getenv("GOLIVE_SILENT_BUS") == "" {
		runSilent(t)
		return
	}
	s := secret.Open(t.TempDir())
	start := time.Now()
	if err := s.Set("a", secret.New(canary)); err != nil {
		t.Fatal(err)
	}
	if v, err := s.Get("a"); err != nil || v.Reveal() != canary {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("a silent keyring held us up for %v", took)
	}
}
