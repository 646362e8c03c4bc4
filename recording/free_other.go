//go:build !linux

package recording

import "errors"

func largest(string) int64 { return 0 }

func free(string) (left, size int64, err error) {
	return 0, 0, errors.New("the free space of a disk is not known on this system")
}
