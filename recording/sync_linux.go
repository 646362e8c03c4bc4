package recording

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData brings the content of f to the medium, and only as much of its metadata as reading it needs.
func syncData(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR && err != unix.EINVAL {
			return err
		} else if err == unix.EINVAL {
			return nil // a file that has no medium, such as a pipe
		}
	}
}
