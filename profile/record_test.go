package profile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/profile"
)

func TestRecordPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	now := time.Date(2026, 11, 22, 10, 33, 5, 0, time.Local)
	file := filepath.Join(dir, "Golive 2026-11-22 10.33.05.mp4")
	for in, want := range map[string]string{
		"":                          "",
		dir:                         file,
		filepath.Join(dir, "x.mp4"): filepath.Join(dir, "x.mp4"),
		filepath.Join(dir, "x.MKV"): filepath.Join(dir, "x.MKV"),
		filepath.Join(dir, "x.ts"):  filepath.Join(dir, "x.ts"),
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

func TestRecordFolder(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	dotted := filepath.Join(dir, "my.clips")
	if err := os.Mkdir(dotted, 0o755); err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"":                          "",
		"talks":                     "talks",
		"~/talks":                   filepath.Join(dir, "talks"),
		"~/.clips":                  filepath.Join(dir, ".clips"),
		"~/my.clips":                dotted,
		dotted:                      dotted,
		"new.clips/":                "new.clips/",
		"x.mp4":                     ".",
		"~/a/x.MP4":                 filepath.Join(dir, "a"),
		filepath.Join(dir, "x.mp4"): dir,
	} {
		if got, err := profile.RecordFolder(in); err != nil || got != want {
			t.Errorf("%q -> %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"out.avi", "~/out.flv", "/tmp/x.mp4.part", "new.clips"} {
		p := profile.Default()
		p.Record = in
		_, err := profile.RecordFolder(in)
		for _, err := range []error{err, p.Validate()} {
			if err == nil || !strings.Contains(err.Error(), ".mp4") {
				t.Errorf("%q: %v", in, err)
			}
		}
		if path, err := profile.RecordPath(in, time.Now()); err == nil {
			t.Errorf("%q -> %q", in, path)
		}
	}
	if made, err := os.ReadDir(dir); err != nil || len(made) != 1 {
		t.Errorf("it made %v, %v", made, err)
	}
}
