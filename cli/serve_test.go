package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/server"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestServeConfig(t *testing.T) {
	t.Setenv("GOLIVE_TEST_TOKEN", "hush")
	token := write(t, "token", "from a file\n")
	file := write(t, "serve.toml", `
[http]
address = "127.0.0.1:0"
hosts = ["live.example.org"]
access_log = true
[rtmp]
address = "off"
[webrtc]
ice_servers = [{url = "turn:turn.example.org", username = "me", credential = "env:GOLIVE_TEST_TOKEN"}]
[access]
publish = "env:GOLIVE_TEST_TOKEN"
view = "file:`+token+`"
[recordings]
folder = "/tmp/recordings"
all = true
age = "30d"
size = "1.5GB"
[streams]
patience = "3s"
viewers = 20
`)
	c, _, err := serveSettings(&terminal{}, []string{"--config", file, "--data", "/tmp/other", "--http", "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTP != "127.0.0.1:1" || c.RTMP != "off" || c.Hosts[0] != "live.example.org" || !c.AccessLog || c.Data != "/tmp/other" {
		t.Errorf("%+v", c)
	}
	if c.Access.Publish.Reveal() != "hush" || c.Access.View.Reveal() != "from a file" || c.ICEServers[0].Credential.Reveal() != "hush" {
		t.Error("the secrets are others")
	}
	if c.Keep != (server.Keep{All: true, Age: 720 * time.Hour, Bytes: 15e8}) || c.Patience != 3*time.Second || c.Viewers != 20 {
		t.Errorf("%+v", c)
	}
}

func TestServeConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"[http]\naddress = \"127.0.0.1:0\"\nport = 80":    `line 3: there is no setting "http.port"`,
		"\n\n[https]\nx = 1":                              `line 3: there is no setting "https"`,
		"[http]\naddress = \"here\"":                      "line 2: http.address: an address is HOST:PORT",
		"[rtmp]\n\naddress = \"127.0.0.1:x\"":             "line 3",
		"[access]\nview = \"my-secret\"":                  "line 2: access.view: a secret does not stand here itself",
		"[access]\nview = \"env:GOLIVE_TEST_NONE\"":       "line 2: access.view: there is no secret",
		"[access]\nview = \"file:/nowhere/at/all\"":       "line 2: access.view: the file with the secret",
		"[recordings]\nage = \"soon\"":                    "line 2: recordings.age: a time is",
		"[recordings]\nall = true\nsize = \"-1GB\"":       "line 3: recordings.size: a size is",
		"[recordings]\nsize = 12":                         "serve.toml",
		"[streams]\nviewers = -1":                         "serve.toml",
		"[streams]\nviewers = 99999999":                   "serve.toml",
		"[http\n":                                         "line 1",
		"[http]\nhosts = 3":                               "line 2",
		"[[webrtc.ice_servers]]\nuri = \"stun:a\"":        `line 2: there is no setting "webrtc.ice_servers.uri"`,
		"[webrtc]\nice_servers = [{credential = \"x\"}]":  "line 2",
		"[http]\naccess_log = \"yes\"\n":                  "line 2",
		strings.Repeat("# much too long\n", maxConfig/15): "larger",
	} {
		c := server.Config{HTTP: "as before"}
		err := readServeConfig(write(t, "serve.toml", text), &c)
		if err == nil || code(err) != exitUsage || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		} else if strings.Contains(err.Error(), "my-secret") {
			t.Errorf("%.40q: the secret is told: %v", text, err)
		}
		if c.HTTP != "as before" {
			t.Errorf("%.40q: taken in part", text)
		}
	}
	if err := readServeConfig("/nowhere/serve.toml", &server.Config{}); code(err) != exitUsage {
		t.Errorf("no file: %v", err)
	}
}
