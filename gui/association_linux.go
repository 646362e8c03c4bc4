package gui

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// registerProgram makes the desktop open links and profiles with this program, or not any more.
func registerProgram(ctx context.Context, on bool) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	data := cmp.Or(os.Getenv("XDG_DATA_HOME"), filepath.Join(home, ".local", "share"))
	return associate(ctx, data, program, on, func(ctx context.Context, name string, args ...string) {
		_ = exec.CommandContext(ctx, name, args...).Run() // a desktop without it finds the files by itself
	})
}
