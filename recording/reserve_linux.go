package recording

import (
	"os"

	"golang.org/x/sys/unix"
)

// reserve keeps room on the disk for f to grow to size, as far as its file system can.
func reserve(f *os.File, size int64) {
	_ = unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size)
}
