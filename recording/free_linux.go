package recording

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// largest returns how large a file in a folder can become, in bytes; 0 where that is no matter.
func largest(folder string) int64 {
	const fat = 1<<32 - 1
	var s unix.Statfs_t
	if unix.Statfs(folder, &s) == nil && int64(s.Type) == unix.MSDOS_SUPER_MAGIC {
		return fat
	}
	return 0
}

func free(folder string) (left, size int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, 0, fmt.Errorf("the space in %s is not known: %w", folder, err)
	}
	return int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize, nil
}
