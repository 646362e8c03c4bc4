package profile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"golive/secret"
)

// Settings are what a person chooses once, whatever profile is open. The file settings.toml holds them.
type Settings struct {
	Version     int               `toml:"version"`
	Welcomed    bool              `toml:"welcomed"`     // the questions of the first run have been answered, or skipped
	Language    string            `toml:"language"`     // "auto", "en" or "zh_Hans"
	Theme       string            `toml:"theme"`        // "dark", "light" or "contrast"
	Scale       int               `toml:"scale"`        // of the window, in percent
	StayInTray  bool              `toml:"stay_in_tray"` // closing the window while live leaves the broadcast running
	Notify      bool              `toml:"notify"`       // trouble is told by the desktop too
	Links       bool              `toml:"links"`        // the desktop opens golive:// links and .golive files with Golive
	PreviewRate int               `toml:"preview_rate"` // pictures a second in the preview, at most
	Server      Addresses         `toml:"server"`       // where the embedded server listens
	Hotkeys     map[string]string `toml:"hotkeys"`      // what is done, by the keys that do it anywhere: "ctrl+shift+f9"
	Window      Layout            `toml:"window"`       // as it was left
}

// Addresses are where the embedded server listens; "" is the usual place on this computer alone.
type Addresses struct {
	HTTP   string `toml:"http,omitempty"`
	RTMP   string `toml:"rtmp,omitempty"`
	SRT    string `toml:"srt,omitempty"`
	WebRTC string `toml:"webrtc,omitempty"`
}

// A Layout is what the window looked like. Sizes are in the toolkit's pixels, which Scale enlarges; 0 is the usual size.
type Layout struct {
	Width  int  `toml:"width"`
	Height int  `toml:"height"`
	Stats  bool `toml:"stats"` // the figures are unfolded
}

// The choices that Settings have.
var (
	languages = []string{"auto", "en", "zh_Hans"}
	themes    = []string{"dark", "light", "contrast"}
)

const (
	minScale, maxScale     = 100, 250 // percent
	maxWindow              = 16384    // pixels
	maxPreviewRate         = 60
	maxAddress, maxHotkeys = 128, 32
)

// DefaultSettings returns what holds before anything is chosen.
func DefaultSettings() Settings {
	return Settings{
		Version: Version, Language: "auto", Theme: "dark", Scale: 100, StayInTray: true, Notify: true, PreviewRate: 30,
		Hotkeys: map[string]string{},
	}
}

// Languages returns the languages that can be chosen; "auto" is that of the system.
func Languages() []string { return slices.Clone(languages) }

// Themes returns the looks that can be chosen.
func Themes() []string { return slices.Clone(themes) }

// Clone returns a copy that shares nothing with s.
func (s Settings) Clone() Settings {
	s.Hotkeys = maps.Clone(s.Hotkeys)
	return s
}

// Validate returns all that is wrong with s, joined, or nil.
func (s Settings) Validate() error {
	var errs []error
	for _, p := range s.problems() {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

func (s Settings) problems() []problem {
	all := []problem{
		{"version", checkVersion(s.Version)},
		{"language", oneOf(s.Language, languages)},
		{"theme", oneOf(s.Theme, themes)},
		{"scale", between(s.Scale, minScale, maxScale)},
		{"preview_rate", between(s.PreviewRate, 1, maxPreviewRate)},
		{"window.width", between(s.Window.Width, 0, maxWindow)},
		{"window.height", between(s.Window.Height, 0, maxWindow)},
		{"hotkeys", s.checkHotkeys()},
	}
	for name, address := range s.Server.all() {
		all = append(all, problem{"server." + name, text(address, 0, maxAddress)})
	}
	return slices.DeleteFunc(all, func(p problem) bool { return p.err == nil })
}

// all returns the addresses by their keys.
func (a Addresses) all() map[string]string {
	return map[string]string{"http": a.HTTP, "rtmp": a.RTMP, "srt": a.SRT, "webrtc": a.WebRTC}
}

func (s Settings) checkHotkeys() error {
	if len(s.Hotkeys) > maxHotkeys {
		return fmt.Errorf("%d are too many", len(s.Hotkeys))
	}
	for action, keys := range s.Hotkeys {
		if err := cmp.Or(text(action, 1, maxName), text(keys, 0, maxName)); err != nil {
			return err
		}
	}
	return nil
}

func oneOf(s string, all []string) error {
	if !slices.Contains(all, s) {
		return fmt.Errorf("%q is none of: %s", clip(s), strings.Join(all, ", "))
	}
	return nil
}

func between(n, least, most int) error {
	if n < least || n > most {
		return fmt.Errorf("%d is out of range: it goes from %d to %d", n, least, most)
	}
	return nil
}

// LoadSettings reads the settings in the folder home. A file that is not there has the default ones, without an error;
// so has one that cannot be read, with a BrokenFile.
func LoadSettings(home string) (Settings, error) {
	path := settingsPath(home)
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return DefaultSettings(), nil
	}
	s := DefaultSettings()
	if err == nil {
		s.Version = 0
		if err = strict(path, data, &s); err == nil {
			err = locate(path, data, s.problems())
		}
	}
	switch {
	case err == nil:
		if s.Hotkeys == nil {
			s.Hotkeys = map[string]string{}
		}
		return s, nil
	case errors.Is(err, ErrNewer):
		return DefaultSettings(), err
	}
	return DefaultSettings(), setAside(path, err)
}

// SaveSettings writes the settings into the folder home, at once or not at all. Those of a newer Golive are left alone.
// A BrokenFile tells that they are saved, and that what was there could not be read.
func SaveSettings(home string, s Settings) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("the settings cannot be saved: %w", err)
	}
	_, before := LoadSettings(home)
	if errors.Is(before, ErrNewer) {
		return fmt.Errorf("the settings are not saved: %w", before)
	}
	data, err := toml.Marshal(s)
	if err != nil {
		return fmt.Errorf("the settings: %w", err)
	}
	return errors.Join(before, secret.WritePrivate(settingsPath(home), data))
}

func settingsPath(home string) string { return filepath.Join(home, "settings.toml") }
