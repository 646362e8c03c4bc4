// Golive broadcasts a screen, a window or a region with sound to any streaming service and to a watch page of its own.
package main

import (
	"log/slog"
	"os"

	"golive/cli"
	"golive/gui"
)

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if len(os.Args) == 2 && gui.Opens(os.Args[1]) {
		os.Exit(cli.Exit(os.Stderr, gui.Run(gui.Options{Log: log, Open: os.Args[1]})))
	}
	if len(os.Args) > 1 {
		os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(cli.Exit(os.Stderr, gui.Run(gui.Options{Log: log})))
}
