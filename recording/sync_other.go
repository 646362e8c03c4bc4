//go:build !linux

package recording

import "os"

// syncData brings f to the medium.
func syncData(f *os.File) error { return f.Sync() }
