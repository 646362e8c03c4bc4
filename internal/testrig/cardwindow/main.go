// Command cardwindow shows the moving test card, or a plain colour, on $DISPLAY until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/signal"
	"syscall"

	"golive/internal/testrig/card"
)

func main() {
	c, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // the flag set has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := card.Show(ctx, c, nil); err != nil {
		fmt.Fprintln(os.Stderr, "cardwindow:", err)
		os.Exit(1)
	}
}

// parse returns what the command line asks for.
func parse(args []string) (card.Config, error) {
	var c card.Config
	var size, at image.Point
	flags := flag.NewFlagSet("cardwindow", flag.ContinueOnError)
	flags.IntVar(&c.FPS, "fps", 60, "pictures a second")
	flags.StringVar(&c.Title, "title", "", "title of an ordinary window; without one it is not managed")
	motion := flags.String("motion", "card", "what moves: card, or full for every pixel")
	flags.BoolVar(&c.Flash, "flash", false, "flash at whole seconds")
	flags.Func("size", "WxH pixels; the default is the whole screen", func(s string) error {
		_, err := fmt.Sscanf(s, "%dx%d", &size.X, &size.Y)
		return err
	})
	flags.Func("at", "X,Y of the top left corner", func(s string) error {
		_, err := fmt.Sscanf(s, "%d,%d", &at.X, &at.Y)
		return err
	})
	flags.Func("color", "RRGGBB: just this colour", func(s string) error {
		c.Color = &color.RGBA{A: 255}
		_, err := fmt.Sscanf(s, "%02x%02x%02x", &c.Color.R, &c.Color.G, &c.Color.B)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if *motion != "card" && *motion != "full" {
		fmt.Fprintln(flags.Output(), "-motion is card or full")
		return c, flag.ErrHelp
	}
	c.Motion = *motion == "full"
	c.Bounds = image.Rectangle{Min: at, Max: at.Add(size)}
	return c, nil
}
