// Package gui is the desktop app: one window that shows the preview, the sound and the destinations of a broadcast, and
// one button that takes it live. In go what the person does and publish.Stats; out come the calls to package publish. A
// model without a window (package model) holds all state, panels show it, and bridge.go carries it across to the
// goroutine of the window. It is the only package that imports Fyne.
package gui

import (
	"cmp"
	"context"
	"errors"
	"image"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"golive/capture"
	"golive/encoder"
	"golive/gui/model"
	"golive/profile"
	"golive/publish"
	"golive/secret"
)

// Options are what the app needs from outside.
type Options struct {
	Log  *slog.Logger
	Open string // a link or a file to open, see Opens; "" for none
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
	o.Open = absolute(o.Open)
	one, err := claimInstance(home, o.Open)
	if errors.Is(err, errRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	defer one.Close()
	guard, err := newSentinel(home)
	if err != nil {
		o.Log.Warn(err.Error())
	}
	defer guard.done()
	publish.SpareMemory()
	log := model.NewLog(o.Log.Handler())
	w := model.World{
		Start:     model.StartBroadcast,
		Devices:   capture.Devices,
		OpenVideo: capture.OpenVideo,
		Encoders:  measureEncoders,
		TryUpload: publish.TryUpload,
		Safe:      guard.troubled(),
		Home:      home,
		Folder:    profile.OpenFolder(home),
		Secrets:   secret.Open(home),
		Log:       slog.New(log),
	}
	settings, err := profile.LoadSettings(home)
	w.Settings, w.Trouble = settings, append(w.Trouble, err)
	a, err := newApp(settings)
	if err != nil {
		return err
	}
	c, err := startCompanion(settings.Server, w.Log)
	if err == nil {
		w.Companion = c
		defer c.Close()
	}
	w.Trouble = append(w.Trouble, err)
	runWindow(a, w, log, func(win *window) {
		one.onAsk(func(what string) { win.later(func() { win.request(what) }) })
		if o.Open != "" {
			win.request(o.Open)
		}
	})
	return nil
}

// measureEncoders tries all encoders with the settings of p.
func measureEncoders(ctx context.Context, p profile.Profile) []encoder.Report {
	c := p.Capture()
	_, reports := encoder.Probe(ctx, encoder.Trial{
		Size: cmp.Or(c.Size, image.Pt(1280, 720)), FrameRate: cmp.Or(c.FrameRate, capture.Rational{Num: 30, Den: 1}),
		BitRate: c.BitRate, Preset: c.Preset, LowLatency: c.LowLatency, Codec: c.Codec, Cache: encoder.CachePath(),
	})
	return reports
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

// newApp returns the app in the language, the look and the scale of the settings.
func newApp(s profile.Settings) (fyne.App, error) {
	if err := errors.Join(keepSystemLanguage(), speak(s.Language), enlarge(s.Scale)); err != nil {
		return nil, err
	}
	app.SetMetadata(metadata())
	a := app.New()
	a.Settings().SetTheme(newLook(s.Theme))
	return a, nil
}

// runWindow shows the window until it is closed. ready is called before.
func runWindow(a fyne.App, w model.World, log *model.Log, ready func(*window)) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var stale atomic.Bool
	var b *bridge
	var done sync.WaitGroup
	m := model.New(w, func() {
		stale.Store(true)
		b.changed()
	})
	refreshing, halt := context.WithCancel(ctx)
	b = newBridge(nil, softwareGL())
	win := newWindow(a, m, log, func() bool { return stale.Swap(false) })
	win.shutter.software = softwareGL()
	win.background, win.later, win.running = done.Go, b.onWindow, refreshing
	b.prepare = win.prepare
	m.Start()
	done.Go(func() { b.run(refreshing) })
	closing := context.AfterFunc(ctx, func() { b.onWindow(a.Quit) })
	win.tray = win.newTray()
	a.Lifecycle().SetOnEnteredForeground(func() { win.focused = true })
	a.Lifecycle().SetOnExitedForeground(func() { win.focused = false })
	win.window.SetMaster()
	a.Lifecycle().SetOnStarted(func() { win.native(func(id uintptr) { win.shutter.watch(newVisibility(id)) }) })
	ready(win)
	if !m.State().Settings.Welcomed {
		win.welcome()
	}
	win.window.ShowAndRun()
	closing()
	halt()
	done.Wait()
	win.hotkeys.close()
	win.shutter.close()
	m.Close()
}
