package secret

import (
	"fmt"
	"os"
	"path/filepath"
)

// WritePrivate replaces the file at path with data so that only the user may read it (0600, in a folder of 0700), and
// so that a crash leaves either the old content or the new one. It makes the folder when it is missing.
func WritePrivate(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder %s: %w", dir, err)
	}
	temp, err := writeTemp(dir, data)
	if err != nil {
		return fmt.Errorf("write in %s: %w", dir, err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("replace %s: %w", path, cleanUp(temp, err))
	}
	return syncDir(dir)
}

// writeTemp writes data to a new file in dir, which os.CreateTemp makes 0600, and returns its path.
func writeTemp(dir string, data []byte) (string, error) {
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", cleanUp(f.Name(), err)
	}
	return f.Name(), nil
}

// cleanUp removes the half-made file at path and returns the error that made it useless.
func cleanUp(path string, err error) error {
	_ = os.Remove(path)
	return err
}

// syncDir makes a rename in dir survive a power cut. Some systems cannot sync a folder; the rename is done all the same.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	_ = d.Sync()
	return d.Close()
}
