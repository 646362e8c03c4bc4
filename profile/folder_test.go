package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golive/profile"
)

func TestSaveAndLoad(t *testing.T) {
	f := profile.OpenFolder(t.TempDir())
	if names, err := f.List(); err != nil || names != nil {
		t.Fatalf("an empty folder lists %v, %v", names, err)
	}
	p := profile.Default()
	p.Video, p.Audio = "region:1280x720+100+50", []string{}
	p.Record = "~/Videos"
	p.Destinations = append(p.Destinations, profile.Destination{Name: "Friends", URL: "rtmp://example.com/live", Key: "ref-1"})
	for _, name := range []string{"Work", "朋友 2", "a-b_c"} {
		p.Size, p.FPS, p.Preset = profile.Size{}, profile.FrameRate{}, "auto"
		if name == "Work" {
			p.Size, p.FPS = profile.Size{X: 640, Y: 360}, profile.FrameRate{Num: 30000, Den: 1001}
		}
		if err := f.Save(name, p); err != nil {
			t.Fatal(err)
		}
		got, err := f.Load(name)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%s came back as %+v, %v", name, got, err)
		}
	}
	if names, err := f.List(); err != nil || !slices.Equal(names, []string{"Work", "a-b_c", "朋友 2"}) {
		t.Errorf("List = %v, %v", names, err)
	}
	if err := f.Delete("Work"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Load("Work"); !errors.Is(err, profile.ErrNotFound) || !strings.Contains(err.Error(), "a-b_c") {
		t.Errorf("Load after Delete: %v", err)
	}
	if err := f.Delete("Work"); !errors.Is(err, profile.ErrNotFound) {
		t.Errorf("second Delete: %v", err)
	}
}

func TestLast(t *testing.T) {
	home := t.TempDir()
	f := profile.OpenFolder(home)
	if last := f.Last(); last != "" {
		t.Errorf("Last = %q before SetLast", last)
	}
	if err := f.SetLast("Work"); err != nil || f.Last() != "Work" {
		t.Errorf("Last = %q, %v", f.Last(), err)
	}
	if err := os.WriteFile(filepath.Join(home, "last-profile"), []byte("../../etc/passwd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if last := f.Last(); last != "" {
		t.Errorf("Last = %q from a hostile file", last)
	}
}

func TestBadNames(t *testing.T) {
	home := t.TempDir()
	f := profile.OpenFolder(home)
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a.b", " a", "a ", "a\x00b", "a\nb", "$(id)", "%2e", strings.Repeat("n", 65), "\xff"} {
		_, err := f.Load(name)
		for _, err := range []error{err, f.Save(name, profile.Default()), f.Delete(name), f.SetLast(name)} {
			if !errors.Is(err, profile.ErrBadName) {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) > 0 {
		t.Errorf("bad names wrote %v, %v", entries, err)
	}
}

func TestBadFiles(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"typo", "version = 1\nbitrat = \"3000k\"\n", `line 2: there is no setting "bitrat"; the settings are: version, video`},
		{"typo in a destination", "version = 1\n\n[[destinations]]\nname = \"x\"\nuri = \"local\"\n", `line 5: there is no setting "destinations.uri"; the settings are: name, url, `},
		{"unknown table", "version = 1\n[scenes.one]\na = 1\n", `line 2: there is no setting`},
		{"bad value", "version = 1\nsize = \"1281x720\"\n", "line 2: size: the picture size 1281x720 is odd"},
		{"bad unit", "version = 1\nfps = \"fast\"\n", `line 2: fps: "fast" is not a frame rate`},
		{"wrong kind", "version = 1\nvideo = 3\n", "line 2: video cannot be of the kind integer"},
		{"syntax", "version = 1\n\nvideo = = 3\n", "line 3: "},
		{"twice", "version = 1\nvideo = \"a\"\nvideo = \"b\"\n", "line 3: "},
		{"no version", "video = \"screen:0\"\n", "version: 0 is not known"},
		{"new version", "version = 2\n", "it is from a newer Golive: it has version 2 and this Golive reads up to 1"},
		{"sound as bit rate", "version = 1\nbitrate = \"50k\"\n", "line 2: bitrate: the bit rate is out of range: it goes from 100k to 100M"},
		{"loud", "version = 1\naudio_bitrate = \"16k\"\n", "line 2: audio_bitrate: the bit rate is out of range: it goes from 32k to 512k"},
		{"source", "version = 1\n\nvideo = \"scren:0\"\n", "line 3: video: malformed source"},
		{"sound source", "version = 1\naudio = [\n \"desktop\",\n \"mik\",\n]\n", "line 2: audio: malformed source"},
		{"preset", "version = 1\npreset = \"warp\"\n", "line 2: preset: there is no preset \"warp\"; there are: veryfast, ultrafast"},
		{"webrtc", "version = 1\nlook_ahead = true\n[[destinations]]\nname = \"a\"\nurl = \"whip+https://a/b\"\n", "line 2: look_ahead: it makes B-frames"},
		{"both", "version = 1\nlow_latency = true\nlook_ahead = true\n", "line 3: look_ahead: low latency and look-ahead exclude each other"},
		{"container", "version = 1\nrecord = \"out.avi\"\n", "line 2: record: out.avi cannot be recorded to: a recording is a file that ends in .mp4"},
		{"number", "version = 1\nvideo = \"pattern\"\n\nfps = 500\n", "line 4: fps: the frame rate 500 is out of range"},
		{"no unit", "version = 1\nkeyint = 2\n", "line 2: keyint: \"2\" is not a key interval"},
		{"quoted", "version = 1\n\"codec\" = \"vp8\"\n", "line 2: codec: \"vp8\" is none for pictures"},
		{"delay", "version = 1\ndelay = \"3m\"\n", "line 2: delay: the delay 3m0s is out of range"},
		{"adapt", "version = 1\nadapt = \"all\"\n", "line 2: adapt: \"all\" is not known"},
		{"min_bitrate", "version = 1\nbitrate = \"1M\"\nmin_bitrate = \"2M\"\n", "line 3: min_bitrate: 2000k is more than the bit rate itself"},
		{"audio codec", "version = 1\n[[destinations]]\nname = \"a\"\nurl = \"local\"\naudio_codec = \"mp3\"\n", "line 5: destinations.audio_codec: \"mp3\" is none for sound"},
		{"backup", "version = 1\n[[destinations]]\nname = \"a\"\nurl = \"local\"\nbackup = \"rtmp://127.0.0.1/x\"\n", "line 5: destinations.backup: the watch page"},
		{"second fault", "version = 1\nkeyint = \"2s\"\nencoder = \"No\"\npreset = \"No\"\n", "line 4: preset: "},
		{"password", "version = 1\n[[destinations]]\nname = \"x\"\nurl = \"rtmp://me:word@example.com/live\"\n", "line 4: destinations.url: the address of \"x\" has a password in it"},
		{"inline", "version = 1\ndestinations = [{name = \"x\"}]\n", "line 2: destinations.url: it is empty"},
		{"no name", "version = 1\n[[destinations]]\nurl = \"local\"\nname = \"x\"\n[[destinations]]\nurl = \"local\"\n", "line 5: destinations.name: it is empty"},
		{"control characters", "version = 1\nvideo = \"a\\u0007\"\n", "line 2: video: it has control characters"},
		{"large", "version = 1\n" + strings.Repeat("#", 70_000), "larger than 64 kB"},
		{"zeroes", strings.Repeat("\x00", 100), "line 1: "},
		{"two of a name", "version = 1\n[[destinations]]\nname = \"x\"\nurl = \"local\"\n[[destinations]]\nname = \"x\"\nurl = \"local\"\n", `line 6: destinations.name: two are named "x"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			f := profile.OpenFolder(home)
			path := filepath.Join(home, "profiles", "p.toml")
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := f.Load("p")
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "p.toml") && test.name != "large" {
				t.Errorf("Load: %v\nwant: %s", err, test.want)
			}
			if err := f.Save("p", profile.Default()); err == nil {
				t.Error("Save overwrites what it cannot read")
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != test.text {
				t.Error("the file has changed")
			}
		})
	}
}

func TestDefaultsFillGaps(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "profiles", "p.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("version = 1\nbitrate = \"6M\"\nfps = 60\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := profile.Default()
	want.BitRate, want.FPS = 6_000_000, profile.FrameRate{Num: 60, Den: 1}
	if got, err := profile.OpenFolder(home).Load("p"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}
