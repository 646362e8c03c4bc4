//go:build unix

package cli

import (
	"os"
	"syscall"
)

// signals returns what a running broadcast listens to: save the replay, begin a chapter.
func signals() (save, mark os.Signal) { return syscall.SIGUSR1, syscall.SIGUSR2 }
