//go:build !linux

package gui

import (
	"errors"
	"fmt"
)

func grabKeys(map[combination]string, func(string)) (keyGrabber, error) {
	return nil, fmt.Errorf("keys that work anywhere: %w", errors.ErrUnsupported)
}
