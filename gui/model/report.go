package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/user"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"golive/profile"
	"golive/secret"
)

// WriteReport writes a file for whoever is to help: versions, settings, figures and the log, without stream keys, names
// of this computer and its user, and what follows the name of a server in an address.
func (m *Model) WriteReport(path string, log *Log) {
	s := m.State()
	var b bytes.Buffer
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Fprintf(&b, "Golive %s, %s, %s/%s, %d processors, %s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), m.world.now().Format(time.RFC3339))
	section(&b, "Profile", func() ([]byte, error) { return toml.Marshal(s.Profile) })
	section(&b, "Settings", func() ([]byte, error) { return toml.Marshal(s.Settings) })
	section(&b, "Figures", func() ([]byte, error) { return json.MarshalIndent(s.Stats, "", " ") })
	section(&b, "Devices", func() ([]byte, error) { return json.MarshalIndent(s.Devices, "", " ") })
	section(&b, "Log", func() ([]byte, error) {
		var lines bytes.Buffer
		records, _ := log.Records(slog.LevelDebug, "")
		for _, r := range records {
			fmt.Fprintln(&lines, r)
		}
		return lines.Bytes(), nil
	})
	text := Redact(b.String(), m.secretsOf(s.Profile))
	if err := secret.WritePrivate(path, []byte(text)); err != nil {
		m.Report(fmt.Errorf("the report cannot be saved: %w", err))
	}
}

func section(b *bytes.Buffer, name string, content func() ([]byte, error)) {
	fmt.Fprintf(b, "\n== %s ==\n", name)
	data, err := content()
	if err != nil {
		fmt.Fprintln(b, err)
		return
	}
	b.Write(data)
}

// secretsOf returns the keys of a profile, so that they can be looked for.
func (m *Model) secretsOf(p profile.Profile) []string {
	var all []string
	for _, d := range p.Destinations {
		if d.Key == "" {
			continue
		}
		hidden, err := m.world.Secrets.Get(d.Key)
		if err != nil {
			continue
		}
		address, key := profile.Reveal(d.URL, hidden)
		_, query, _ := strings.Cut(address, "?")
		all = append(all, key.Reveal(), query)
	}
	return all
}

// address is what looks like one, with a path or a query that may hold a key.
var address = regexp.MustCompile(`\b([a-z][a-z0-9+.-]{2,15}://[^\s/?#"'<>]+)([/?#][^\s"'<>]*)`)

// minSecret is how long a word must be to be taken for a secret wherever it stands.
const minSecret = 4

// Redact returns text without secrets (as they are, and as an address would have them), the names of the user, of this
// computer and of the home folder, and what follows the name of a server in an address.
func Redact(text string, secrets []string) string {
	var pairs []string
	hide := func(word, by string) {
		if len(word) >= minSecret {
			pairs = append(pairs, word, by)
		}
	}
	for _, s := range secrets {
		hide(s, "***")
		hide(url.QueryEscape(s), "***")
		hide(url.PathEscape(s), "***")
	}
	if home, err := os.UserHomeDir(); err == nil {
		hide(home, "~")
	}
	if host, err := os.Hostname(); err == nil {
		hide(host, "HOST")
	}
	if u, err := user.Current(); err == nil && u.Username != "root" {
		hide(u.Username, "USER")
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	return address.ReplaceAllStringFunc(text, func(a string) string {
		host := address.FindStringSubmatch(a)[1]
		if i := strings.LastIndexByte(host, '@'); i >= 0 {
			host = host[:strings.Index(host, "://")+3] + "***@" + host[i+1:]
		}
		return host + "/..."
	})
}
