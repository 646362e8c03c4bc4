//go:build !linux

package recording

import "errors"

func free(string) (int64, error) {
	return 0, errors.New("the free space of a disk is not known on this system")
}
