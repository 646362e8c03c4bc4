package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"golive/secret"
)

// goodFolder is the folder beside the profiles that has the last good version of each.
const goodFolder = ".good"

func (f Folder) goodPath(name string) string { return filepath.Join(f.dir, goodFolder, name+extension) }

// Recover puts the file of a profile that cannot be read aside, under a name beside it, and returns the last good
// version, which takes its place, and what was broken. The error is a BrokenFile when the file was put aside and there is
// no such version. A profile of a newer Golive is not broken: ErrNewer.
func (f Folder) Recover(name string) (Profile, BrokenFile, error) {
	var broken BrokenFile
	_, err := f.Load(name)
	if err == nil || errors.Is(err, ErrNewer) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrBadName) {
		return Profile{}, broken, err
	}
	if err := setAside(f.path(name), err); !errors.As(err, &broken) {
		return Profile{}, broken, fmt.Errorf("profile %q: %w", name, err)
	}
	data, err := readBounded(f.goodPath(name))
	if err != nil {
		return Profile{}, broken, fmt.Errorf("profile %q: its last good version is not there: %w", name, broken)
	}
	p, err := decode(f.goodPath(name), data)
	if err != nil {
		return Profile{}, broken, fmt.Errorf("profile %q: its last good version cannot be read either: %w", name, broken)
	}
	return p, broken, f.Save(name, p)
}

// Rename gives a profile another name, which must be free.
func (f Folder) Rename(from, to string) error {
	p, err := f.Load(from)
	if err != nil {
		return err
	}
	if err := f.Add(to, p); err != nil {
		return err
	}
	return f.Delete(from)
}

// ErrExists is returned for a name that another profile has.
var ErrExists = errors.New("there is a profile of that name already")

// Add saves a new profile: there must be none of that name.
func (f Folder) Add(name string, p Profile) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if _, err := os.Lstat(f.path(name)); err == nil {
		return fmt.Errorf("profile %q: %w: choose another name", name, ErrExists)
	}
	return f.Save(name, p)
}

// Export writes p to a file that can be given away: without its stream keys, and without the references to them.
func Export(path string, p Profile) error {
	p = p.Clone()
	for i, d := range p.Destinations {
		p.Destinations[i].URL, _ = Hide(d.URL, secret.Secret{})
		p.Destinations[i].Key, p.Destinations[i].Passphrase = "", ""
	}
	if err := p.Validate(); err != nil {
		return fmt.Errorf("the profile cannot be exported: %w", err)
	}
	data, err := toml.Marshal(p)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return secret.WritePrivate(path, data)
}

// Import reads a profile from a file of any name, such as Export wrote. name is what it may be called, free in f. A
// reference to a key is left out: it means nothing on another computer, or another person's key on this one.
func (f Folder) Import(path string) (name string, p Profile, err error) {
	data, err := readBounded(path)
	if err != nil {
		return "", p, fmt.Errorf("import: %w", err)
	}
	if p, err = decode(path, data); err != nil {
		return "", p, err
	}
	for i := range p.Destinations {
		p.Destinations[i].Key, p.Destinations[i].Passphrase = "", ""
	}
	return f.Free(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))), p, nil
}

// Free returns a name that no profile has: wanted if that can be, else with a number behind it.
func (f Folder) Free(wanted string) string {
	if CheckName(wanted) != nil {
		wanted = "Imported"
	}
	name := wanted
	for n := 2; CheckName(name) == nil; n++ {
		if _, err := os.Lstat(f.path(name)); err != nil {
			return name
		}
		name = fmt.Sprintf("%s %d", wanted, n)
	}
	return f.Free("Imported")
}
