package gui

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"golive/assets"
	"golive/publish"
	"golive/recording"
	"golive/secret"
	"golive/server"
)

// TestPhrasesAreSaid checks that the program still says what phrases waits for.
func TestPhrasesAreSaid(t *testing.T) {
	var said strings.Builder
	for _, dir := range []string{"capture", "publish", "recording", "server", "profile"} {
		err := fs.WalkDir(os.DirFS(".."), dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(filepath.Join("..", path))
			said.Write(source)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range phrases() {
		if !strings.Contains(said.String(), p.said) {
			t.Errorf("nothing says %q", p.said)
		}
	}
}

// TestReasons lets things go wrong, and reads what the window would say.
func TestReasons(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	dial := func(address string) error {
		d, err := publish.ParseDestination(address, secret.New("k"), secret.Secret{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Dial(context.Background(), nil, nil)
		return err
	}
	_, taken := server.Start(server.Config{HTTP: busy.Addr().String()})
	for _, tt := range []struct {
		err  error
		want string
	}{
		{dial("rtmp://" + nobody + "/live"), "The server cannot be reached. Check the address, and the network."},
		{taken, "There is no free port for the watch page. Close other programs, and start Golive again."},
		{errors.Join(recording.ErrDiskFull), "The disk is full."},
		{syscall.EIO, "Input/output error."},
	} {
		if got := sentence(tt.err); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}

// TestTranslated checks that none of the reasons is in English where everything else is in Chinese.
func TestTranslated(t *testing.T) {
	data, err := fs.ReadFile(assets.Translations, "translations/zh_Hans.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	for _, p := range phrases() {
		if texts[p.means] == "" || texts[p.means] == p.means {
			t.Errorf("%q is %q in Chinese", p.means, texts[p.means])
		}
	}
}

// TestMetadata compares what the program says of itself with what it is packaged as.
func TestMetadata(t *testing.T) {
	data, err := os.ReadFile("../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Details    struct{ ID, Name, Icon string }
		Migrations map[string]bool
	}
	if err := toml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	m := metadata()
	if m.ID != file.Details.ID || m.Name != file.Details.Name || !m.Migrations["fyneDo"] || !file.Migrations["fyneDo"] {
		t.Errorf("%+v and %+v", m, file)
	}
	if _, err := os.Stat(filepath.Join("..", file.Details.Icon)); err != nil {
		t.Error(err)
	}
}
