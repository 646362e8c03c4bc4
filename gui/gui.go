// Package gui is the desktop app: one window that shows the preview, the sound and the destinations of a broadcast, and
// one button that takes it live. In go what the person does and publish.Stats; out come the calls to package publish. A
// model without a window (package model) holds all state, panels show it, and bridge.go carries it across to the
// goroutine of the window. It is the only package that imports Fyne.
package gui

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/lang"

	"golive/assets"
	"golive/capture"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
	"golive/server"
)

// stream is the name of the broadcast on the embedded server.
const stream = "live"

// Options are what the app needs from outside.
type Options struct {
	Log *slog.Logger
}

// Run shows the window and returns when it is closed, or on SIGINT and SIGTERM. The broadcast has ended by then. It must
// be called from the main goroutine.
//
// Without a display the error is capture.ErrNoDevice.
func Run(o Options) error {
	if err := capture.CheckDisplay(); err != nil {
		return err // here, because the toolkit panics
	}
	home, err := profile.Home()
	if err != nil {
		return err
	}
	a, err := newApp()
	if err != nil {
		return err
	}
	w := model.World{
		Start:   model.StartBroadcast,
		Devices: capture.Devices,
		Folder:  profile.OpenFolder(home),
		Secrets: secret.Open(home),
		Log:     o.Log,
	}
	s, err := server.Start(server.Config{Log: o.Log})
	if err == nil {
		w.Local, w.WatchURL = publish.Local(s, stream), s.WatchURL(stream)
		defer closeServer(s, o.Log)
	}
	runWindow(a, w, err)
	return nil
}

// metadata is what FyneApp.toml tells the program when fyne package builds it, for when go build does. A test compares
// the two.
func metadata() fyne.AppMetadata {
	return fyne.AppMetadata{
		ID:         "io.github.golive",
		Name:       "Golive",
		Icon:       icon(),
		Migrations: map[string]bool{"fyneDo": true},
	}
}

// newApp returns the app in the person's language and with our theme.
func newApp() (fyne.App, error) {
	app.SetMetadata(metadata())
	a := app.New()
	if err := lang.AddTranslationsFS(assets.Translations, "translations"); err != nil {
		return nil, fmt.Errorf("the translations of the window: %w", err)
	}
	a.Settings().SetTheme(newLook())
	return a, nil
}

// runWindow shows the window until it is closed. trouble is shown in it, if there is some.
func runWindow(a fyne.App, w model.World, trouble error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var stale atomic.Bool
	var b *bridge
	m := model.New(w, func() {
		stale.Store(true)
		b.changed()
	})
	b = newBridge(nil, softwareGL())
	win := newWindow(a, m, func() bool { return stale.Swap(false) })
	b.prepare = win.prepare
	m.Start()
	if trouble != nil {
		m.Report(trouble)
	}
	refreshing, halt := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { b.run(refreshing) })
	closing := context.AfterFunc(ctx, func() { b.onWindow(a.Quit) })
	win.window.SetMaster()
	win.window.ShowAndRun()
	closing()
	halt()
	done.Wait()
	m.Close()
}

func closeServer(s *server.Server, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		log.Warn("the watch page did not close cleanly", "error", err)
	}
}
