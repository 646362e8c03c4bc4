package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golive/profile"
)

func TestSettings(t *testing.T) {
	home := t.TempDir()
	s, err := profile.LoadSettings(home)
	if err != nil || !reflect.DeepEqual(s, profile.DefaultSettings()) {
		t.Fatalf("with no file: %+v, %v", s, err)
	}
	s.Welcomed, s.Language, s.Scale = true, "zh_Hans", 150
	s.Hotkeys["live"] = "ctrl+shift+f9"
	s.Window = profile.Layout{Width: 1000, Height: 700, Stats: true}
	s.Server.HTTP = "127.0.0.1:9000"
	if err := profile.SaveSettings(home, s); err != nil {
		t.Fatal(err)
	}
	if got, err := profile.LoadSettings(home); err != nil || !reflect.DeepEqual(got, s) {
		t.Errorf("they came back as %+v, %v", got, err)
	}
}

func TestBadSettings(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"version = 1\nlangage = \"en\"\n", `line 2: there is no setting "langage"; the settings are: version, welcomed`},
		{"version = 1\nlanguage = \"tlh\"\n", `line 2: language: "tlh" is none of: auto, en, zh_Hans`},
		{"version = 1\nscale = 1000\n", "line 2: scale: 1000 is out of range: it goes from 100 to 250"},
		{"version = 1\nscale = \"big\"\n", "line 2: scale"},
		{"version = 1\n[window]\nwidth = -1\n", "line 3: window"},
		{"\x00", "line 1: "},
		{"version = 1\n" + strings.Repeat("#", 70_000), "larger than 64 kB"},
	} {
		home := t.TempDir()
		path := filepath.Join(home, "settings.toml")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := profile.LoadSettings(home)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !reflect.DeepEqual(s, profile.DefaultSettings()) {
			t.Errorf("%.40q: %v, want %s", tt.text, err, tt.want)
		}
		var broken profile.BrokenFile
		if !errors.As(err, &broken) || broken.Path != path || broken.Aside != path+".broken-1" {
			t.Errorf("%.40q: it does not say where it is now: %v", tt.text, err)
		}
		if data, err := os.ReadFile(path + ".broken-1"); err != nil || string(data) != tt.text {
			t.Errorf("%.40q is not set aside: %v", tt.text, err)
		}
		if err := profile.SaveSettings(home, s); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := profile.SaveSettings(home, s); !errors.As(err, &broken) || broken.Aside != path+".broken-2" {
			t.Errorf("%.40q, broken meanwhile: %v", tt.text, err)
		}
		if again, err := profile.LoadSettings(home); err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%.40q, broken meanwhile: the settings are not saved: %v", tt.text, err)
		}
	}
}

func TestNewerSettings(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "settings.toml")
	const text = "version = 7\nholograms = true\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := profile.LoadSettings(home)
	if !errors.Is(err, profile.ErrNewer) {
		t.Errorf("%v", err)
	}
	if err := profile.SaveSettings(home, s); !errors.Is(err, profile.ErrNewer) {
		t.Errorf("saving over them: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != text {
		t.Error("they are overwritten")
	}
	s.Theme = "pink"
	if err := profile.SaveSettings(t.TempDir(), s); err == nil {
		t.Error("a theme that is none is saved")
	}
}
