package publish

import (
	"context"
	"crypto/tls"
	"net"
)

// Reach says whether a destination's server answers, without publishing anything: whether its port opens and, for a
// secure one, its certificate holds. The embedded server always does.
func Reach(ctx context.Context, d Destination) error {
	r, ok := d.(*rtmp)
	if !ok {
		return nil
	}
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
