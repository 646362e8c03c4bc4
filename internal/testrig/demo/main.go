// Command demo shows Golive on a machine without a display: it makes a virtual one with the moving test card and a
// sound server that plays a tone, and lets golive broadcast both to its embedded server until Ctrl-C.
//
//	demo PATH-OF-GOLIVE [FLAG...]
//
// Further flags go to golive live.
package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golive/internal/testrig"
	"golive/internal/testrig/card"
)

const (
	startTime = 15 * time.Second // for display and sound
	stopTime  = 2 * time.Second  // for golive after Ctrl-C
)

// english keeps Fyne, which golive is linked with, from complaining that C is no language.
var english = []string{"LANGUAGE=en"}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: demo PATH-OF-GOLIVE [FLAG...]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1], os.Args[2:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		code = 1
	}
	os.Exit(code)
}

// run broadcasts until ctx ends or golive does, and returns golive's exit code.
func run(ctx context.Context, golive string, flags []string) (code int, err error) {
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	display, err := testrig.StartDisplay(starting, image.Pt(1280, 720))
	if err != nil {
		return 1, err
	}
	defer display.Close()
	sound, err := testrig.StartSound(starting)
	if err != nil {
		return 1, err
	}
	defer sound.Close()
	if err := sound.PlayTone(440, -23); err != nil {
		return 1, err
	}
	picture, err := card.Start(card.Config{Display: display.Name, FPS: 30, Flash: true})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, picture.Close()) }()
	args := append([]string{"live", "--video", "screen:0", "--audio", "desktop", "--to", "local"}, flags...)
	p, err := testrig.AttachProgram(golive, slices.Concat(display.Env(), sound.Env(), english), args...)
	if err != nil {
		return 1, err
	}
	defer p.Close()
	return wait(ctx, p)
}

// wait waits for golive. After Ctrl-C it asks golive to end, and leaves it to be killed when that takes too long.
func wait(ctx context.Context, p *testrig.Program) (int, error) {
	code, err := p.Wait(ctx)
	if ctx.Err() == nil {
		return code, err
	}
	p.Signal(syscall.SIGINT)
	ending, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	code, err = p.Wait(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		return 1, fmt.Errorf("golive did not end within %v", stopTime)
	}
	return code, err
}
