//go:build !unix

package cli

import "os"

// signals returns nothing: this system has no signals to spare.
func signals() (save, mark os.Signal) { return nil, nil }
