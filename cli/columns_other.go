//go:build !linux

package cli

import "io"

// columns returns the width that every terminal has.
func columns(io.Writer) int { return 80 }
