//go:build !linux

package publish

// oneArena is for glibc.
func oneArena() {}
