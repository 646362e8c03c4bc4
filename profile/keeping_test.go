package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golive/profile"
)

func TestRecover(t *testing.T) {
	home := t.TempDir()
	f := profile.OpenFolder(home)
	path := filepath.Join(home, "profiles", "Work.toml")
	good := profile.Default()
	good.BitRate, good.Gain = 6_000_000, map[string]float64{"mic": -3.5}
	good.Replay.Duration = 30 * time.Second
	if err := f.Save("Work", good); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Recover("Work"); err != nil {
		t.Errorf("a good profile: %v", err)
	}
	for n, text := range []string{"vidio = 1\n", "", "\x00\x00"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, broken, err := f.Recover("Work")
		if err != nil || !reflect.DeepEqual(got, good) || broken.Path != path {
			t.Errorf("%q: recovered %+v, %v, %v", text, got, broken, err)
		}
		aside, err := os.ReadFile(path + ".broken-" + string(rune('1'+n)))
		if broken.Aside != path+".broken-"+string(rune('1'+n)) {
			t.Errorf("%q: it is said to be put aside as %s", text, broken.Aside)
		}
		if err != nil || string(aside) != text {
			t.Errorf("%q is not set aside: %q, %v", text, aside, err)
		}
		if again, err := f.Load("Work"); err != nil || !reflect.DeepEqual(again, good) {
			t.Errorf("the last good one is not in its place: %v", err)
		}
	}
	if err := os.WriteFile(path, []byte("version = 99\nscenes = 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Recover("Work"); !errors.Is(err, profile.ErrNewer) {
		t.Errorf("a newer one: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(data), "version = 99") {
		t.Error("a newer profile is touched")
	}
}

func TestRenameAndAdd(t *testing.T) {
	f := profile.OpenFolder(t.TempDir())
	if err := errors.Join(f.Save("A", profile.Default()), f.Save("B", profile.Default())); err != nil {
		t.Fatal(err)
	}
	if err := f.Rename("A", "B"); !errors.Is(err, profile.ErrExists) {
		t.Errorf("onto another one: %v", err)
	}
	if err := f.Add("B", profile.Default()); !errors.Is(err, profile.ErrExists) {
		t.Errorf("add: %v", err)
	}
	if err := f.Rename("A", "../C"); !errors.Is(err, profile.ErrBadName) {
		t.Errorf("out of the folder: %v", err)
	}
	if err := f.Rename("A", "C"); err != nil {
		t.Fatal(err)
	}
	if names, err := f.List(); err != nil || strings.Join(names, " ") != "B C" {
		t.Errorf("List = %v, %v", names, err)
	}
}

func TestExportHasNoSecrets(t *testing.T) {
	home := t.TempDir()
	f := profile.OpenFolder(home)
	p := profile.Default()
	p.Destinations = append(p.Destinations, profile.Destination{Name: "Friends", URL: "rtmp://example.com/live?token=canary", Key: "reference-4711"})
	file := filepath.Join(home, "Show.toml")
	if err := profile.Export(file, p); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(data), "canary") || strings.Contains(string(data), "4711") {
		t.Errorf("exported: %s, %v", data, err)
	}
	if p.Destinations[1].Key == "" {
		t.Error("exporting took the key away")
	}
	if err := f.Save("Show", p); err != nil {
		t.Fatal(err)
	}
	name, got, err := f.Import(file)
	if err != nil || name != "Show 2" || got.Destinations[1].URL != "rtmp://example.com/live" {
		t.Errorf("imported %q %+v, %v", name, got, err)
	}
	strange := filepath.Join(home, "a:b?.toml")
	if err := os.WriteFile(strange, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if name, _, err := f.Import(strange); err != nil || name != "Imported" {
		t.Errorf("a file of a strange name: %q, %v", name, err)
	}
	if _, _, err := f.Import(filepath.Join(home, "none.toml")); err == nil {
		t.Error("a file that is not there is imported")
	}
}
