package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"golive/profile"
	"golive/publish"
	"golive/secret"
	"golive/server"
)

const (
	// watchEvery is how often a broadcast is looked at, for its end and its failure.
	watchEvery = 20 * time.Millisecond
	// serverStop is how long the embedded server may take to end.
	serverStop = time.Second
)

// live carries out golive live.
func live(t *terminal, args []string) (err error) {
	r, err := readRequest(t, args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	publish.SpareMemory()
	c := r.profile.Capture()
	c.TryEncoders = true
	c.Log = t.log
	r.keep.apply(&c)
	if c.ReplayFolder, err = profile.VideoFolder(); err != nil && c.Replay > 0 && r.profile.Record == "" {
		return err
	}
	b, err := startCapture(ctx, c)
	if err != nil || b == nil {
		return err
	}
	defer b.Close()
	local, end, err := r.startServer(t, b)
	if err != nil {
		return err
	}
	defer end()
	outputs, err := r.outputs(local)
	if err != nil {
		return err
	}
	path, err := profile.RecordPath(r.profile.Record, time.Now())
	if err != nil {
		return err
	}
	if err := b.GoLive(path, outputs); err != nil {
		return err
	}
	endKeeping := obey(t, b)
	err = r.watch(ctx, t, b)
	endKeeping()
	return errors.Join(err, b.EndLive(), r.report(t, b))
}

// startCapture opens the sources. After Ctrl-C it returns nil at once: a source that is still being opened is closed by
// its context when it is open.
func startCapture(ctx context.Context, c publish.Config) (*publish.Broadcast, error) {
	type result struct {
		b   *publish.Broadcast
		err error
	}
	started := make(chan result, 1)
	go func() { // the program ends before it, or with it
		b, err := publish.Start(ctx, c)
		started <- result{b, err}
	}()
	select {
	case r := <-started:
		return r.b, r.err
	case <-ctx.Done():
		return nil, nil
	}
}

// startServer starts the embedded server if a destination is local, and says where to watch.
func (r *request) startServer(t *terminal, b *publish.Broadcast) (local publish.Destination, end func(), err error) {
	if !r.local() {
		return nil, func() {}, nil
	}
	r.server.Log = t.log
	r.server.Collectors = []prometheus.Collector{publish.NewCollector(b.Stats)}
	s, err := server.Start(r.server)
	if err != nil {
		return nil, nil, err
	}
	const stream = "live"
	t.log.Info("watch at " + invitation(s, stream))
	return publish.Local(s, stream), func() {
		ctx, cancel := context.WithTimeout(context.Background(), serverStop)
		defer cancel()
		_ = s.Close(ctx)
	}, nil
}

// invitation returns a link that works for whoever sits here: where viewers need a token, it has one of its own.
func invitation(s *server.Server, stream string) string {
	link := s.InviteURL(stream, true)
	if link != s.WatchURL(stream) {
		link += " (this link works once)"
	}
	return link
}

// outputs returns the destinations of the flags or, without any, of the profile.
func (r *request) outputs(local publish.Destination) ([]publish.OutputConfig, error) {
	if len(r.to) == 0 {
		home, err := profile.Home()
		if err != nil {
			return nil, err
		}
		outputs, err := r.profile.Outputs(secret.Open(home), local)
		if err != nil {
			return nil, exit{exitUsage, err}
		}
		return outputs, nil
	}
	var outputs []publish.OutputConfig
	for i, to := range r.to {
		output := publish.OutputConfig{Name: to.name(i), Destination: local}
		var err error
		if to.url != profile.LocalURL {
			if output.Destination, err = to.open(to.url); err != nil {
				return nil, err
			}
		}
		if to.backup != "" {
			if output.Backup, err = to.open(to.backup); err != nil {
				return nil, err
			}
		}
		outputs = append(outputs, output)
	}
	return outputs, nil
}

// watch shows how the broadcast is doing until it is to end: by a signal, after the duration, or because it cannot go
// on.
func (r *request) watch(ctx context.Context, t *terminal, b *publish.Broadcast) error {
	tick, look := time.NewTicker(time.Second), time.NewTicker(watchEvery)
	defer tick.Stop()
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := r.report(t, b); err != nil {
				return err
			}
		case <-look.C:
			if err := b.Err(); err != nil {
				return err
			}
			if b.AllRefused() {
				return refusal(b.Stats())
			}
			if r.duration > 0 && b.Uptime() >= r.duration {
				return r.neverLive(b.Stats())
			}
		}
	}
}

// report prints the stats line, and the status line for people.
func (r *request) report(t *terminal, b *publish.Broadcast) error {
	s := b.Stats()
	if !r.json || t.live {
		t.show(status(s))
	}
	if r.json {
		return t.json(s)
	}
	return nil
}

// refusal tells what the destinations said.
func refusal(s publish.Stats) error {
	var said []error
	for _, o := range s.Outputs {
		said = append(said, fmt.Errorf("%s: %s", o.Name, o.Error))
	}
	return exit{exitRefused, fmt.Errorf("no destination takes the broadcast:\n%w", errors.Join(said...))}
}

// neverLive is the error of a broadcast that is over and has not reached a destination, or nil.
func (r *request) neverLive(s publish.Stats) error {
	var said []error
	for _, o := range s.Outputs {
		if o.SentBytes == 0 {
			said = append(said, fmt.Errorf("%s was never live: %s", o.Name, o.Error))
		}
	}
	if said == nil {
		return nil
	}
	return exit{exitNeverLive, errors.Join(said...)}
}

// status is one line for people.
func status(s publish.Stats) string {
	up := time.Duration(s.UptimeS * float64(time.Second)).Truncate(time.Second)
	line := fmt.Sprintf("LIVE %v  %.0f fps  %d kb/s", up, s.Video.FPS, s.Video.BitrateKbps)
	all := func(states ...publish.State) bool {
		return !slices.ContainsFunc(s.Outputs, func(o publish.OutputStats) bool { return !slices.Contains(states, o.State) })
	}
	switch {
	case len(s.Outputs) > 0 && all(publish.Stopped, publish.Refused):
		line = fmt.Sprintf("ENDED after %v", up)
	case all(publish.Connecting, publish.Reconnecting, publish.Refused):
		line = fmt.Sprintf("NOT LIVE  %.0f fps", s.Video.FPS)
	}
	if n := s.Video.Skipped + s.Video.Lagged; n > 0 {
		line += fmt.Sprintf("  late %d", n)
	}
	for _, o := range s.Outputs {
		line += fmt.Sprintf("  | %s: %s", o.Name, o.State)
		if o.DroppedFrames > 0 {
			line += fmt.Sprintf(", dropped %d", o.DroppedFrames)
		}
		if o.Error != "" {
			line += " (" + o.Error + ")"
		}
	}
	if s.Recording.Warning != "" {
		line += "  | " + s.Recording.Warning
	}
	if s.Recording.Error != "" {
		line += "  | recording: " + s.Recording.Error
	}
	return line
}
