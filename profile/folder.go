package profile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"golive/secret"
)

const (
	extension = ".toml"
	maxFile   = 64 << 10 // bytes
	maxName   = 64       // bytes
)

var (
	// ErrBadName is returned for a name that cannot be one of a profile.
	ErrBadName = errors.New("not a name for a profile")
	// ErrNotFound is returned for a profile that does not exist.
	ErrNotFound = errors.New("there is no such profile")
)

// A Folder holds profiles as files NAME.toml.
type Folder struct{ dir string }

// Home returns the folder of Golive's settings: $XDG_CONFIG_HOME/golive on Linux.
func Home() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for settings: set HOME or XDG_CONFIG_HOME: %w", err)
	}
	return filepath.Join(dir, "golive"), nil
}

// OpenFolder returns the profiles in the folder of settings home. It need not exist before something is saved.
func OpenFolder(home string) Folder { return Folder{filepath.Join(home, "profiles")} }

// List returns the names of the profiles, sorted. A folder that does not exist has none.
func (f Folder) List() ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the profiles: %w", err)
	}
	var names []string
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), extension)
		if ok && !e.IsDir() && CheckName(name) == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Load reads the profile name. Errors: ErrBadName, ErrNotFound with the names there are, ErrNewer, or what is wrong and
// where.
func (f Folder) Load(name string) (Profile, error) {
	if err := CheckName(name); err != nil {
		return Profile{}, err
	}
	data, err := readBounded(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return Profile{}, fmt.Errorf("profile %q: %w; %s", name, ErrNotFound, f.names())
	}
	if err != nil {
		return Profile{}, fmt.Errorf("profile %q: %w", name, err)
	}
	return decode(f.path(name), data)
}

// readBounded reads a file of settings.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		return nil, fmt.Errorf("the file %s is larger than 64 kB and cannot be a profile", path)
	}
	return data, err
}

// Save writes p under name, at once or not at all, and keeps it as the last good one for Recover. A file of that name that cannot be read is left alone: it may hold
// what its owner was just typing.
func (f Folder) Save(name string, p Profile) error {
	if err := p.Validate(); err != nil {
		return fmt.Errorf("the profile cannot be saved: %w", err)
	}
	if _, err := f.Load(name); err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("the profile is not saved: what is there already cannot be read and would be lost: %w", err)
	}
	data, err := toml.Marshal(p)
	if err != nil {
		return fmt.Errorf("profile %q: %w", name, err)
	}
	return errors.Join(secret.WritePrivate(f.path(name), data), secret.WritePrivate(f.goodPath(name), data))
}

// Delete removes the profile name. Errors: ErrBadName, ErrNotFound.
func (f Folder) Delete(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	_ = os.Remove(f.goodPath(name)) // there may be none
	err := os.Remove(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("profile %q: %w", name, ErrNotFound)
	}
	return err
}

// Last returns the name that SetLast was given in the last run, or "".
func (f Folder) Last() string {
	file, err := os.Open(f.lastPath())
	if err != nil {
		return ""
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxName+1))
	name := strings.TrimSpace(string(data))
	if err != nil || CheckName(name) != nil {
		return ""
	}
	return name
}

// SetLast remembers the profile to open in the next run.
func (f Folder) SetLast(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	return secret.WritePrivate(f.lastPath(), []byte(name+"\n"))
}

func (f Folder) path(name string) string { return filepath.Join(f.dir, name+extension) }

func (f Folder) lastPath() string { return filepath.Join(filepath.Dir(f.dir), "last-profile") }

func (f Folder) names() string {
	names, err := f.List()
	if err != nil || len(names) == 0 {
		return "none is saved yet"
	}
	return "there are: " + strings.Join(names, ", ")
}

// CheckName returns nil or an ErrBadName that says what a name is made of: letters, digits, spaces, - and _.
func CheckName(name string) error {
	allowed := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(" -_", r)
	}
	bad := strings.ContainsFunc(name, func(r rune) bool { return !allowed(r) || r == unicode.ReplacementChar })
	if name == "" || len(name) > maxName || bad || strings.TrimSpace(name) != name {
		return fmt.Errorf("%q is %w: use 1 to %d letters, digits, spaces, - and _", clip(name), ErrBadName, maxName)
	}
	return nil
}

// clip keeps an error short.
func clip(s string) string {
	if len(s) > maxName {
		return s[:maxName] + "..."
	}
	return s
}
