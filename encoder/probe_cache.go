package encoder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golive/encoder/internal/av"
)

const (
	// What works keeps working until something is installed, which changes the key; what does not may be busy, and what
	// was found for a source changes with what it shows.
	keepSuccess = 30 * 24 * time.Hour
	keepFailure = time.Hour
	keepSource  = time.Hour
	maxCache    = 1 << 20 // bytes of the file
)

// A cache keeps reports between runs, by all that they depend on.
type cache struct {
	path    string // "" for none
	machine string // drivers, devices, processor, FFmpeg
	entries map[string]cached
	changed bool
}

type cached struct {
	At     time.Time `json:"at"`
	Source bool      `json:"source"` // on the pictures of one
	finding
}

// CachePath returns the file in which programs of this user keep what Probe found, "" where there is no place for it.
func CachePath() string {
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "golive", "encoders.json")
}

// openCache reads a file, "" for none. What is not there, old or damaged is found out again.
func openCache(path string) *cache {
	c := &cache{path: path, entries: map[string]cached{}}
	if path == "" {
		return c
	}
	c.machine = fmt.Sprint(machine(), av.Build())
	f, err := os.Open(c.path)
	if err != nil {
		return c
	}
	defer f.Close()
	if json.NewDecoder(io.LimitReader(f, maxCache)).Decode(&c.entries) != nil || c.entries == nil {
		c.entries = map[string]cached{}
	}
	for k, e := range c.entries {
		keep := keepFailure
		switch {
		case e.Source:
			keep = keepSource
		case e.Report.Works:
			keep = keepSuccess
		}
		if age := time.Since(e.At); age > keep || age < 0 {
			delete(c.entries, k)
		}
	}
	return c
}

func (c *cache) key(row Row, trials []Trial) string {
	options, err := json.Marshal(trials)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", row.Name, c.machine, options))
	return hex.EncodeToString(sum[:12])
}

func (c *cache) get(row Row, trials []Trial) (finding, bool) {
	if c.path == "" {
		return finding{}, false
	}
	e, ok := c.entries[c.key(row, trials)]
	return e.finding, ok && e.Report.Name == row.Name
}

func (c *cache) put(row Row, trials []Trial, f finding) {
	if c.path != "" {
		c.entries[c.key(row, trials)] = cached{time.Now(), !trials[0].drawn(), f}
		c.changed = true
	}
}

// save writes the file, if there is anything new.
func (c *cache) save(log *slog.Logger) {
	if err := c.write(); err != nil {
		log.Warn("the trials of the encoders are not kept for the next time", "error", err)
	}
}

// write writes the file as a whole, or leaves the old one.
func (c *cache) write() (err error) {
	if !c.changed {
		return nil
	}
	text, err := json.Marshal(c.entries)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.path), "encoders-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.path)
}

// readAll returns what is in the files that patterns match, in order: a fingerprint of the machine.
func readAll(patterns ...string) []string {
	var texts []string
	for _, pattern := range patterns {
		names, _ := filepath.Glob(pattern) // only a malformed pattern is an error
		slices.Sort(names)
		for _, name := range names {
			text, err := os.ReadFile(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			texts = append(texts, name+"="+string(text))
		}
	}
	return texts
}
