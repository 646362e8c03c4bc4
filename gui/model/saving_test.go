package model_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/gui/model"
	"golive/gui/model/modeltest"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

func TestProfilesAcrossRuns(t *testing.T) {
	const canary = "canary-key/4711?x=y z"
	home := t.TempDir()
	r := modeltest.New(t, home)
	r.Start()
	r.Show("region:640x480+10+20")
	r.Change(func(p *profile.Profile) { p.FPS = profile.FrameRate{Num: 60, Den: 1} })
	r.PutDestination("", profile.Destination{Name: "Friends", URL: "rtmp://127.0.0.1/live"}, model.Secrets{Key: secret.New(canary)})
	modeltest.Await(t, "the destination", func() bool { return len(r.State().Profile.Destinations) == 2 })
	r.Duplicate("Work")
	if s := r.State(); s.Name != "Work" || s.Notice != nil {
		t.Fatalf("after SaveAs: %+v", s)
	}
	r.Close()
	noClearKey(t, home, canary)

	r = modeltest.New(t, home)
	r.Start()
	t.Cleanup(r.Close)
	s := r.State()
	if s.Name != "Work" || s.Profile.Video != "region:640x480+10+20" || s.Profile.FPS.Num != 60 {
		t.Fatalf("the next run opens %+v", s)
	}
	key, err := r.Secrets.Get(s.Profile.Destinations[1].Key)
	if err != nil || key.Reveal() != canary {
		t.Errorf("the key is lost: %v", err)
	}
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	b, _ := r.Newest()
	if !b.Get(func(b *modeltest.Fake) bool {
		return len(b.Outputs) == 2 && b.Outputs[1].Destination.Protocol() == "rtmp"
	}) {
		t.Error("it goes somewhere else")
	}
}

// noClearKey fails when a file below dir has the key in it, in any usual coding.
func noClearKey(t *testing.T, dir, key string) {
	t.Helper()
	forms := []string{key, url.QueryEscape(key), url.PathEscape(key), base64.StdEncoding.EncodeToString([]byte(key))}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a key that was not needed any more
		}
		files++
		for _, form := range forms {
			if bytes.Contains(data, []byte(form)) {
				t.Errorf("%s has the key in it", d.Name())
			}
		}
		return err
	})
	if err != nil || files < 3 {
		t.Fatalf("%d files looked at, %v", files, err)
	}
}

func TestKeysAreTidiedUp(t *testing.T) {
	r := modeltest.Start(t)
	put := func(old, name, key string) string {
		t.Helper()
		before := r.State().Profile
		r.PutDestination(old, profile.Destination{Name: name, URL: "rtmp://127.0.0.1/live"}, model.Secrets{Key: secret.New(key)})
		modeltest.Await(t, "the destination changes", func() bool {
			i := model.IndexOf(r.State().Profile.Destinations, name)
			return i >= 0 && (i >= len(before.Destinations) || r.State().Profile.Destinations[i] != before.Destinations[i])
		})
		all := r.State().Profile.Destinations
		return all[model.IndexOf(all, name)].Key
	}
	gone := func(ref string) bool {
		_, err := r.Secrets.Get(ref)
		return errors.Is(err, secret.ErrNotFound)
	}
	first := put("", "Friends", "one")
	r.Duplicate("A")
	r.Duplicate("B")
	second := put("Friends", "Friends", "two")
	if put("Friends", "Mates", "") != second {
		t.Error("the key does not stay when none is typed")
	}
	r.Duplicate("B")
	if gone(first) {
		t.Error("the key of A is deleted while B is saved")
	}
	r.Delete()
	modeltest.Await(t, "the key of B is deleted", func() bool { return gone(second) })
	if s := r.State(); slices.Contains(s.Names, "B") || gone(first) {
		t.Errorf("after Delete: %q of %q", s.Name, s.Names)
	}
	if s := r.State(); s.Name != "A" || s.Profile.Destinations[1].Key != first {
		t.Errorf("A is %+v", s)
	}
}

func TestBadDestinations(t *testing.T) {
	r := modeltest.Start(t)
	r.PutDestination("", profile.Destination{Name: "X", URL: "gopher://x"}, model.Secrets{})
	modeltest.Await(t, "the address is refused", func() bool {
		return errors.Is(r.State().Notice, publish.ErrUnsupported) || errors.Is(r.State().Notice, publish.ErrBadURL)
	})
	r.PutDestination("", profile.Destination{Name: "This computer", URL: "rtmp://127.0.0.1/live"}, model.Secrets{Key: secret.New("x")})
	modeltest.Await(t, "the name is refused", func() bool { return errors.Is(r.State().Notice, model.ErrTwice) })
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	r.PutDestination("This computer", profile.Destination{Name: "Late", URL: "rtmp://127.0.0.1/live"}, model.Secrets{Key: secret.New("x")})
	modeltest.Await(t, "it is too late", func() bool { return errors.Is(r.State().Notice, model.ErrOnAir) })
	if n := len(r.State().Profile.Destinations); n != 1 {
		t.Errorf("%d destinations", n)
	}
}

// TestBadFilesAtStart breaks both files of the person: both are told of, with the line and where they are now.
func TestBadFilesAtStart(t *testing.T) {
	home := t.TempDir()
	f := profile.OpenFolder(home)
	if err := errors.Join(f.Save("Work", profile.Default()), f.SetLast("Work")); err != nil {
		t.Fatal(err)
	}
	path, settings := filepath.Join(home, "profiles", "Work.toml"), filepath.Join(home, "settings.toml")
	for _, file := range []string{path, settings} {
		if err := os.WriteFile(file, []byte("vidio = 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := modeltest.New(t, home).State()
	var told model.Several
	var recovered model.Recovered
	if !errors.As(s.Notice, &told) || len(told) != 2 || !errors.As(told[1], &recovered) || s.Name != "Work" {
		t.Fatalf("%q is open, and told is %v", s.Name, s.Notice)
	}
	for i, file := range []string{settings, path} {
		var broken profile.BrokenFile
		if !errors.As(told[i], &broken) || broken.Path != file || !strings.Contains(broken.Err.Error(), "line 1") {
			t.Errorf("of %s it says %v", file, told[i])
		}
		if data, err := os.ReadFile(broken.Aside); err != nil || string(data) != "vidio = 1\n" {
			t.Errorf("what could not be read is not where it says: %v", err)
		}
	}
}

func TestNewerProfileAtStart(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "profiles", "Default.toml")
	const text = "version = 9\n"
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	r := modeltest.New(t, home)
	r.Start()
	if s := r.State(); !errors.Is(s.Notice, profile.ErrNewer) || s.Name != "Default 2" {
		t.Errorf("%q is open, and told is %v", s.Name, s.Notice)
	}
	r.Show("window:0x7")
	r.Close()
	if data, err := os.ReadFile(path); err != nil || string(data) != text {
		t.Errorf("the newer profile is %q, %v", data, err)
	}
	if _, err := os.Stat(filepath.Join(home, "profiles", "Default 2.toml")); err != nil {
		t.Error("the edits are not saved")
	}
}

// TestAutosave checks that an edit is on disk within the second, without anything being closed.
func TestAutosave(t *testing.T) {
	r := modeltest.Start(t)
	edited := time.Now()
	r.Show("region:640x480+10+20")
	r.Configure(func(s *profile.Settings) { s.Theme = "light" })
	modeltest.Await(t, "both are saved", func() bool {
		p, err := profile.OpenFolder(r.Home).Load(model.FirstName)
		s, settingsErr := profile.LoadSettings(r.Home)
		return err == nil && settingsErr == nil && p.Video == "region:640x480+10+20" && s.Theme == "light"
	})
	if took := time.Since(edited); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestProfiles(t *testing.T) {
	r := modeltest.Start(t)
	r.Show("window:0x7")
	r.Rename("Games")
	if s := r.State(); s.Name != "Games" || !slices.Equal(s.Names, []string{"Games"}) || s.Profile.Video != "window:0x7" {
		t.Errorf("renamed: %q of %q", s.Name, s.Names)
	}
	r.Create("Talk")
	if s := r.State(); s.Name != "Talk" || s.Profile.Video != "screen:0" {
		t.Errorf("created: %q shows %s", s.Name, s.Profile.Video)
	}
	r.Create("Games")
	if s := r.State(); !errors.Is(s.Notice, profile.ErrExists) || s.Name != "Talk" {
		t.Errorf("a name that is taken: %v", s.Notice)
	}
	file := filepath.Join(t.TempDir(), "Given.toml")
	r.Open("Games")
	r.Export(file)
	r.Import(file)
	if s := r.State(); s.Name != "Given" || s.Profile.Video != "window:0x7" {
		t.Errorf("imported: %q shows %s, %v", s.Name, s.Profile.Video, s.Notice)
	}
	r.AwaitPhase(t, model.Ready)
	r.ToggleLive()
	r.AwaitPhase(t, model.Live)
	for what, do := range map[string]func(){
		"open": func() { r.Open("Talk") }, "delete": r.Delete, "rename": func() { r.Rename("X") }, "create": func() { r.Create("Y") },
		"duplicate": func() { r.Duplicate("Z") }, "import": func() { r.Import(file) },
	} {
		r.Dismiss()
		do()
		if s := r.State(); !errors.Is(s.Notice, model.ErrBusy) || s.Name != "Given" {
			t.Errorf("%s while live: %q, %v", what, s.Name, s.Notice)
		}
	}
}

func TestSplitKey(t *testing.T) {
	for _, tt := range []struct{ in, address, key string }{
		{"rtmp://h/live", "rtmp://h/live", ""},
		{"rtmp://h/live/", "rtmp://h/live/", ""},
		{"rtmp://h/live/k1", "rtmp://h/live", "k1"},
		{"rtmp://h:1935/a/b/k1?x=y/z", "rtmp://h:1935/a/b", "k1?x=y/z"},
		{"rtmp://h/live?x=y", "rtmp://h/live?x=y", ""},
		{"rtmp://h", "rtmp://h", ""},
		{"local", "local", ""},
		{"", "", ""},
	} {
		if address, key := model.SplitKey(tt.in); address != tt.address || key.Reveal() != tt.key {
			t.Errorf("%q is %q and %q", tt.in, address, key.Reveal())
		}
	}
}

func TestKeyInTheAddress(t *testing.T) {
	const canary = "canary-4711"
	r := modeltest.Start(t)
	r.PutDestination("", profile.Destination{Name: "Friends", URL: "rtmp://127.0.0.1/live/" + canary}, model.Secrets{})
	modeltest.Await(t, "the destination", func() bool { return len(r.State().Profile.Destinations) == 2 })
	r.Flush()
	noClearKey(t, r.Home, canary)
	key, err := r.Secrets.Get(r.State().Profile.Destinations[1].Key)
	if err != nil || key.Reveal() != canary {
		t.Errorf("the key is lost: %v", err)
	}
}

func TestTokenInTheAddress(t *testing.T) {
	const token, second, canary = "token-0815", "token-1605", "canary-4711"
	r := modeltest.Start(t)
	put := func(old, address, key string) {
		t.Helper()
		before := r.State().Profile.Destinations
		r.PutDestination(old, profile.Destination{Name: "Friends", URL: address}, model.Secrets{Key: secret.New(key)})
		modeltest.Await(t, "the destination changes", func() bool { return !slices.Equal(r.State().Profile.Destinations, before) })
		if url := r.State().Profile.Destinations[1].URL; url != "rtmp://127.0.0.1/live" {
			t.Errorf("the profile has the address %q", url)
		}
	}
	stored := func() string {
		t.Helper()
		d := r.State().Profile.Destinations[1]
		hidden, err := r.Secrets.Get(d.Key)
		if err != nil {
			t.Fatal(err)
		}
		address, key := profile.Reveal(d.URL, hidden)
		return address + " " + key.Reveal()
	}
	put("", "rtmp://127.0.0.1/live?auth="+token, canary)
	if got, want := stored(), "rtmp://127.0.0.1/live?auth="+token+" "+canary; got != want {
		t.Errorf("it is sent to %q, want %q", got, want)
	}
	put("Friends", "rtmp://127.0.0.1/live", canary+"x")
	if got, want := stored(), "rtmp://127.0.0.1/live?auth="+token+" "+canary+"x"; got != want {
		t.Errorf("with another key it is sent to %q, want %q", got, want)
	}
	put("Friends", "rtmp://127.0.0.1/live?auth="+second, "")
	if got, want := stored(), "rtmp://127.0.0.1/live?auth="+second+" "+canary+"x"; got != want {
		t.Errorf("with another token it is sent to %q, want %q", got, want)
	}
	r.Flush()
	for _, hidden := range []string{token, second, canary} {
		noClearKey(t, r.Home, hidden)
	}
	if _, err := r.State().Profile.Outputs(r.Secrets, modeltest.Here{}); err != nil {
		t.Error(err)
	}
}

// TestRename checks that an address which looks like one with a key stays as it is while another name is given.
func TestRename(t *testing.T) {
	r := modeltest.Start(t)
	r.PutDestination("", profile.Destination{Name: "Friends", URL: "rtmp://127.0.0.1/app/instance"}, model.Secrets{Key: secret.New("k")})
	modeltest.Await(t, "the destination", func() bool { return len(r.State().Profile.Destinations) == 2 })
	before := r.State().Profile.Destinations[1]
	r.PutDestination("Friends", profile.Destination{Name: "Mates", URL: before.URL}, model.Secrets{})
	modeltest.Await(t, "the name", func() bool { return r.State().Profile.Destinations[1].Name == "Mates" })
	if now := r.State().Profile.Destinations[1]; now.URL != before.URL || now.Key != before.Key {
		t.Errorf("it was %+v and is %+v", before, now)
	}
}

// TestUnsavedKeyIsDropped checks that no key stays behind which no profile has.
func TestUnsavedKeyIsDropped(t *testing.T) {
	r := modeltest.New(t, t.TempDir())
	r.Start()
	add := func(name string) string {
		r.PutDestination("", profile.Destination{Name: name, URL: "rtmp://127.0.0.1/live"}, model.Secrets{Key: secret.New("k")})
		modeltest.Await(t, "the destination", func() bool { return model.IndexOf(r.State().Profile.Destinations, name) >= 0 })
		all := r.State().Profile.Destinations
		return all[model.IndexOf(all, name)].Key
	}
	saved := add("Saved")
	unsaved := add("Unsaved")
	r.Flush()
	r.RemoveDestination("Unsaved")
	r.Close()
	if _, err := r.Secrets.Get(saved); err != nil {
		t.Errorf("the key that a profile uses: %v", err)
	}
	if _, err := r.Secrets.Get(unsaved); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("the key that no profile uses: %v", err)
	}
}

func TestLastProfileIsGone(t *testing.T) {
	home := t.TempDir()
	f := profile.OpenFolder(home)
	p := profile.Default()
	p.BitRate = 6_000_000
	if err := errors.Join(f.Save(model.FirstName, p), f.SetLast("Gone")); err != nil {
		t.Fatal(err)
	}
	if s := modeltest.New(t, home).State(); s.Name != model.FirstName || s.Profile.BitRate != 6_000_000 || s.Notice != nil {
		t.Errorf("state %+v", s)
	}
}

func TestPassphraseAndBackup(t *testing.T) {
	r := modeltest.Start(t)
	get := func() profile.Destination { all := r.State().Profile.Destinations; return all[len(all)-1] }
	stored := func(ref, want string) {
		t.Helper()
		if s, err := r.Secrets.Get(ref); err != nil || s.Reveal() != want {
			t.Errorf("%q has %q, %v", ref, s.Reveal(), err)
		}
	}
	d := profile.Destination{Name: "Far", URL: "srt://127.0.0.1:9000?latency=200", Backup: "srt://127.0.0.1:9001"}
	r.PutDestination("", d, model.Secrets{Key: secret.New("publish:x"), Passphrase: secret.New("0123456789")})
	modeltest.Await(t, "the destination", func() bool { return get().Name == "Far" })
	first := get()
	stored(first.Passphrase, "0123456789")
	if first.Backup != d.Backup || first.URL != "srt://127.0.0.1:9000" {
		t.Errorf("%+v", first)
	}
	d = first
	d.Backup = ""
	r.PutDestination("Far", d, model.Secrets{Passphrase: secret.New("another passphrase")})
	modeltest.Await(t, "another passphrase", func() bool { return get().Passphrase != first.Passphrase })
	second := get()
	stored(second.Passphrase, "another passphrase")
	if second.Key != first.Key || second.Backup != "" {
		t.Errorf("%+v", second)
	}
	second.URL = "rtmp://127.0.0.1/live"
	r.PutDestination("Far", second, model.Secrets{Key: secret.New("k")})
	modeltest.Await(t, "what needs no passphrase", func() bool { return get().URL == second.URL })
	if get().Passphrase != "" {
		t.Errorf("%+v", get())
	}
	r.PutDestination("This computer", profile.Destination{Name: "Far", URL: "srt://127.0.0.1:1"}, model.Secrets{Passphrase: secret.New("0123456789")})
	modeltest.Await(t, "a name that is taken", func() bool { return errors.Is(r.State().Notice, model.ErrTwice) })
}
