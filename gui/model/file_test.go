package model_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golive/gui/model"
)

func TestFilePath(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for typed, want := range map[string]string{
		"":                          "",
		"~/a b.golive":              filepath.Join(home, "a b.golive"),
		" talks/x.golive\n":         filepath.Join(home, "talks", "x.golive"),
		"'/tmp/a.golive'":           "/tmp/a.golive",
		"/tmp/../tmp/\u6587.golive": "/tmp/../tmp/\u6587.golive",
	} {
		if got := model.FilePath(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestCheckFiles(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	if got := model.NewFile("a.golive"); got != "~/a.golive" {
		t.Errorf("a free name is %q", got)
	}
	there := filepath.Join(home, "a.golive")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := model.NewFile("a.golive"); got != "~/a 2.golive" {
		t.Errorf("a name that is taken becomes %q", got)
	}
	for _, tt := range []struct {
		path       string
		read, made error
	}{
		{there, nil, model.ErrIsThere},
		{home, model.ErrIsFolder, model.ErrIsFolder},
		{filepath.Join(home, "b.golive"), model.ErrNoFile, nil},
		{filepath.Join(home, "nowhere", "b.golive"), model.ErrNoFile, model.ErrNoFolder},
		{filepath.Join(there, "b.golive"), model.ErrNoFile, model.ErrNoFolder},
		{"", model.ErrNoFile, model.ErrNoFolder},
		{"/" + strings.Repeat("x", 20000), model.ErrTooLong, model.ErrTooLong},
	} {
		if err := model.CheckFile(tt.path); !errors.Is(err, tt.read) {
			t.Errorf("%.40q to be read: %v", tt.path, err)
		}
		if err := model.CheckNewFile(tt.path); !errors.Is(err, tt.made) {
			t.Errorf("%.40q to be written: %v", tt.path, err)
		}
	}
}
