//go:build !linux

package encoder

import (
	"fmt"
	"runtime"
)

// machine tells apart what encoders depend on, as far as it is known without asking the system.
func machine() []string { return []string{runtime.GOOS, runtime.GOARCH, fmt.Sprint(runtime.NumCPU())} }
