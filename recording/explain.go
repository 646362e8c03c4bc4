package recording

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// explainCreate says why path cannot be recorded to, and the way out.
func explainCreate(path string, err error) error {
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return fmt.Errorf("recording: %s is a folder; give the name of a file in it: %w", path, err)
	}
	switch {
	case errors.Is(err, os.ErrExist):
		return fmt.Errorf("recording: %s exists already and is never overwritten; choose another name: %w", path, err)
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("recording: there is no folder %s; make it, or choose another: %w", filepath.Dir(path), err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("recording: %s may not be written; choose another folder: %w", path, err)
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("recording: no room for %s; free some or choose another disk: %w", path, ErrDiskFull)
	}
	return fmt.Errorf("recording: %s cannot be made: %w", path, err)
}

func explainWrite(path string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("recording %s ends here, because its disk is full; what it holds can be played: %w", path, ErrDiskFull)
	}
	return fmt.Errorf("recording %s ends here: %w", path, err)
}
