package gui

import (
	"os"
	"path/filepath"
)

// softwareGL says whether OpenGL surely runs on the processor: when asked to, or when there is no GPU to render on.
func softwareGL() bool {
	if v := os.Getenv("LIBGL_ALWAYS_SOFTWARE"); v != "" && v != "0" && v != "false" {
		return true
	}
	nodes, err := filepath.Glob("/dev/dri/renderD*")
	return err != nil || len(nodes) == 0
}
