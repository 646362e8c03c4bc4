package cli

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golive/server"
)

// configLook is how often the file with settings is looked at for changes.
const configLook = time.Second

// serve carries out golive serve: the companion server alone, until a signal.
func serve(t *terminal, args []string) error {
	c, file, err := serveSettings(t, args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	s, err := server.Start(c)
	if err != nil {
		return err
	}
	for _, url := range []string{s.RTMPURL("NAME"), s.SRTURL("NAME")} {
		if url != "" {
			t.log.Info("publish to " + url)
		}
	}
	t.log.Info("watch at " + s.WatchURL("NAME") + "; all streams at " + s.ListURL())
	follow(ctx, file, func() { reload(t, s, args) })
	limit, cancel := context.WithTimeout(context.Background(), serverStop)
	defer cancel()
	return s.Close(limit)
}

// serveSettings returns what the flags say, and the file that they name, if any. A flag goes before the file.
func serveSettings(t *terminal, args []string) (c server.Config, file string, err error) {
	flags := func() error {
		fs := flag.NewFlagSet("serve", flag.ContinueOnError)
		addresses(fs, &c)
		fs.StringVar(&c.Data, "data", c.Data, "the folder `DIR` for recordings")
		fs.StringVar(&file, "config", "", "the TOML `FILE` with settings, which is read again when it changes and on SIGHUP")
		return parse(t, fs, args)
	}
	c.Log = t.log
	if err := flags(); err != nil || file == "" {
		return c, file, err
	}
	c = server.Config{Log: t.log}
	if err := readServeConfig(file, &c); err != nil {
		return c, file, err
	}
	return c, file, flags()
}

// reload takes the settings as they are now, if they are right.
func reload(t *terminal, s *server.Server, args []string) {
	c, file, err := serveSettings(t, args)
	if err == nil {
		var later string
		if later, err = s.Reload(c); later != "" {
			t.log.Warn(later, "file", file)
		}
	}
	if err != nil {
		t.log.Error("the settings stay as they were", "error", err)
	}
}

// follow calls changed whenever the file has changed or SIGHUP comes, until ctx ends.
func follow(ctx context.Context, file string, changed func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	look := time.NewTicker(configLook)
	defer look.Stop()
	before := stamp(file)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		case <-look.C:
			if now := stamp(file); now == before {
				continue
			}
		}
		before = stamp(file)
		changed()
	}
}

// stamp is when a file was changed; the zero time when there is none.
func stamp(file string) time.Time {
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
