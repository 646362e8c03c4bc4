//go:build !linux

package recording

import (
	"errors"
	"os"
)

func lockFile(*os.File) error { return errors.ErrUnsupported }
