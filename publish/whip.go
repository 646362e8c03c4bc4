package publish

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golive/encoder"
	"golive/secret"
)

// whip is a WHIP endpoint (RFC 9725).
type whip struct {
	name  string         // what of the address is fit to be seen
	url   *url.URL       // https or http
	token secret.Secret  // the bearer token, which is the key
	roots *x509.CertPool // whom HTTPS trusts; nil is the system's choice
	start rtpStart
}

// An rtpStart is where RTP begins to count, for tests of its wraps. Zero is anywhere (RFC 3550 section 5.1).
type rtpStart struct {
	sequence  uint16
	timestamp uint32
}

// newWHIP makes a destination of an address without its "whip+".
func newWHIP(rawURL string, u *url.URL, key string) (Destination, error) {
	at := *u
	at.Scheme = strings.TrimPrefix(u.Scheme, "whip+")
	if strings.Trim(u.Path, "/") == "" {
		return nil, badURL(rawURL, "it needs the path of an endpoint, such as whip+https://live.example.com/whip/NAME")
	}
	w := &whip{name: u.Scheme + "://" + u.Host + u.EscapedPath(), url: &at, token: secret.New(key)}
	if key == "" { // then a part of the path may be one
		w.name = u.Scheme + "://" + u.Host + "/***"
	}
	return w, nil
}

// Protocol implements Destination.
func (w *whip) Protocol() string { return "whip" }

// Codecs implements Destination.
func (w *whip) Codecs() (video, audio []encoder.Codec) {
	return []encoder.Codec{encoder.H264}, []encoder.Codec{encoder.Opus}
}

// String returns the address without secrets.
func (w *whip) String() string { return w.name }

// Format implements fmt.Formatter, so that no verb shows a secret.
func (w *whip) Format(f fmt.State, _ rune) { io.WriteString(f, w.name) }

// Dial implements Destination.
func (w *whip) Dial(ctx context.Context, streams []*encoder.Stream, fb Feedback) (Output, error) {
	o, err := newWHIPOutput(w, streams, fb)
	if err != nil {
		return nil, says(w.name, err, "cannot have this: %v", err)
	}
	if err := o.connect(ctx); err != nil {
		o.abandon()
		return nil, w.explain(ctx, err, o.answered)
	}
	return o, nil
}

// explain says what Dial met. answered is whether there was an answer over HTTP.
func (w *whip) explain(ctx context.Context, err error, answered bool) error {
	var no *whipRefusal
	switch {
	case errors.As(err, &no) && no.temporary():
		return says(w.name, err, "does not take the stream now: %s", w.redact(no.Error()))
	case errors.As(err, &no):
		return says(w.name, ErrRefused, "refused the stream: %s%s", w.redact(no.Error()), no.remedy())
	case ctx.Err() != nil && answered:
		return says(w.name, ctx.Err(), "has agreed, but no media gets there: is UDP let through?")
	}
	return explainHTTP(ctx, w.name, err, w.redact)
}

// redact makes a server's words fit to be shown.
func (w *whip) redact(words string) string {
	hide := []string{w.token.Reveal()}
	for pair := range strings.FieldsFuncSeq(w.url.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		if _, value, _ := strings.Cut(pair, "="); len(value) >= minHidden {
			hide = append(hide, value)
		}
	}
	if w.token.Empty() {
		for part := range strings.SplitSeq(w.url.Path, "/") {
			if len(part) >= minHidden {
				hide = append(hide, part)
			}
		}
	}
	return redact(words, spellings(hide))
}
