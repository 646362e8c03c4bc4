package cli

import (
	"context"
	"flag"
	"os/signal"
	"syscall"

	"golive/server"
)

// serve carries out golive serve: the companion server alone, until a signal.
func serve(t *terminal, args []string) error {
	c := server.Config{Log: t.log}
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	addresses(fs, &c)
	later(fs, "leave it out: nothing is recorded yet", "data")
	later(fs, "the other flags say all there is to configure", "config")
	if err := parse(t, fs, args); err != nil {
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
	<-ctx.Done()
	limit, cancel := context.WithTimeout(context.Background(), serverStop)
	defer cancel()
	return s.Close(limit)
}
