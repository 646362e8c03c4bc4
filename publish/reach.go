package publish

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"golive/internal/srt"
)

// Reach says whether a destination's server answers, without publishing anything: whether its port opens and, for a
// secure one, its certificate holds; whether it speaks SRT or HTTP. The embedded server always does.
func Reach(ctx context.Context, d Destination) error {
	switch d := d.(type) {
	case *rtmp:
		return d.reach(ctx)
	case *srtDestination:
		if err := srt.Reach(ctx, d.host); err != nil {
			return d.explain(err)
		}
	case *whip:
		return d.reach(ctx)
	}
	return nil
}

func (r *rtmp) reach(ctx context.Context) error {
	dial := (&net.Dialer{}).DialContext
	if r.Protocol() == "rtmps" {
		dial = (&tls.Dialer{Config: &tls.Config{ServerName: r.app.Hostname(), RootCAs: r.roots}}).DialContext
	}
	conn, err := dial(ctx, "tcp", r.app.Host)
	if err != nil {
		return r.explain(ctx, err, &rtmpOutput{})
	}
	return conn.Close()
}

// reach asks an endpoint which methods it has; any answer will do.
func (w *whip) reach(ctx context.Context) error {
	s := newSignal(w)
	defer s.end()
	resp, err := s.do(ctx, http.MethodOptions, w.url, "")
	if err != nil {
		return explainHTTP(ctx, w.name, err, w.redact)
	}
	return resp.Body.Close()
}
