package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A BrokenFile is the error for a file that could not be read. It was put aside, so that its owner can look at it and
// nothing is written over it.
type BrokenFile struct {
	Path, Aside string // where it was, and where it is now
	Err         error  // what is wrong with it, and on which line
}

// Error says all of it.
func (e BrokenFile) Error() string {
	return fmt.Sprintf("%v; the file is put aside as %s", e.Err, e.Aside)
}

// Unwrap returns what is wrong.
func (e BrokenFile) Unwrap() error { return e.Err }

// setAside renames a file that cannot be read because of why, and returns a BrokenFile, or both errors when that fails.
func setAside(path string, why error) error {
	for n := range 100 {
		aside := fmt.Sprintf("%s.broken-%d", path, n+1)
		if _, err := os.Lstat(aside); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.Rename(path, aside); err != nil {
			return errors.Join(why, err)
		}
		return BrokenFile{path, aside, why}
	}
	return errors.Join(why, fmt.Errorf("%s: there are a hundred broken files beside it already; delete some", path))
}
