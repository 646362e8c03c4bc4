package model

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What is wrong with the path of a file.
var (
	ErrNoFolder = errors.New("there is no folder of that name")
	ErrNoFile   = errors.New("there is no file of that name")
	ErrIsFolder = errors.New("this is a folder")
	ErrIsThere  = errors.New("there is a file of that name already")
)

// FilePath returns the path that a person means by what was typed or pasted: ~/ is their home, and so is no folder.
func FilePath(typed string) string {
	path := strings.Trim(strings.TrimSpace(typed), `"'`)
	rest, inHome := strings.CutPrefix(path, "~/")
	if home, err := os.UserHomeDir(); err == nil && path != "" && (inHome || !filepath.IsAbs(path)) {
		return filepath.Join(home, rest)
	}
	return path
}

// NewFile returns the path of a file in the person's home that is not there yet: name, with a number if it has to be.
func NewFile(name string) string {
	kind := filepath.Ext(name)
	stem := strings.TrimSuffix(name, kind)
	path := "~/" + name
	for n := 2; errors.Is(CheckNewFile(FilePath(path)), ErrIsThere); n++ {
		path = fmt.Sprintf("~/%s %d%s", stem, n, kind)
	}
	return path
}

// CheckFile returns what is wrong with path as a file to be read.
func CheckFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case len(path) > maxPasted:
		return ErrTooLong
	case err != nil:
		return ErrNoFile
	case info.IsDir():
		return ErrIsFolder
	}
	return nil
}

// CheckNewFile returns what is wrong with path as a file to be written. One that is there is never written over.
func CheckNewFile(path string) error {
	switch err := CheckFile(path); {
	case err == nil:
		return ErrIsThere
	case !errors.Is(err, ErrNoFile):
		return err
	}
	if info, err := os.Stat(filepath.Dir(path)); path == "" || err != nil || !info.IsDir() {
		return ErrNoFolder
	}
	return nil
}
