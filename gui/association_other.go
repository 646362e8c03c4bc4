//go:build !linux

package gui

import (
	"context"

	"golive/capture"
)

func registerProgram(_ context.Context, on bool) error {
	if !on {
		return nil
	}
	return capture.ErrUnsupported
}
