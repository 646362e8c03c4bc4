package cli

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// columns returns how wide a terminal is, 0 when w is none.
func columns(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Col)
}
