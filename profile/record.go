package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// movie is how the name of a recording ends that is put into a folder.
const movie = ".mp4"

// RecordFolder returns the folder that a recording goes to, and makes nothing: record is that folder, or a file in it
// that ends in .mp4, .mkv or .ts. "" stays "". A leading ~/ is the home of the user.
func RecordFolder(record string) (string, error) {
	if err := checkRecord(record); err != nil || record == "" {
		return "", err
	}
	path, err := expand(record)
	if err == nil && isMovie(path) {
		path = filepath.Dir(path)
	}
	return path, err
}

// RecordPath returns the file that a recording begun at now goes to: record itself when it is a file, else a file
// named by the time in that folder, which is made. Otherwise it is as RecordFolder.
func RecordPath(record string, now time.Time) (string, error) {
	folder, err := RecordFolder(record)
	if err != nil || record == "" {
		return "", err
	}
	path := filepath.Join(folder, filepath.Base(record))
	if !isMovie(record) {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return "", fmt.Errorf("the folder of the recording cannot be made; choose another one: %w", err)
		}
		path = filepath.Join(folder, now.Format("Golive 2006-01-02 15.04.05")+movie)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("the recording %s exists already: move it away, or choose another name", path)
	}
	return path, nil
}

// checkRecord refuses a name that looks like a file of another kind. A folder may be called so when it is there already,
// or a slash follows.
func checkRecord(record string) error {
	name := strings.TrimLeft(filepath.Base(record), ".")
	kind := filepath.Ext(name)
	if kind == "" || isMovie(record) || os.IsPathSeparator(record[len(record)-1]) {
		return nil
	}
	if path, err := expand(record); err == nil {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil
		}
	}
	return fmt.Errorf("%s cannot be recorded to: a recording is a file that ends in %s, or a folder to put one into", record, strings.Join(movies(), ", "))
}

// movies are the endings that a recording can have.
func movies() []string { return []string{movie, ".mkv", ".ts"} }

func isMovie(path string) bool { return slices.Contains(movies(), strings.ToLower(filepath.Ext(path))) }

// VideoFolder returns where videos go when nobody has said where.
func VideoFolder() (string, error) { return expand("~/Videos") }

// expand replaces a leading ~/ by the home of the user.
func expand(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("the folder of the recording %s cannot be found: %w", path, err)
	}
	return filepath.Join(home, rest), nil
}
