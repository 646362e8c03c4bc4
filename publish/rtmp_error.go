package publish

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
)

// minHidden is the shortest value of a query that is hidden: a shorter one is no secret, but a part of other words.
const minHidden = 6

// says returns the sentence that begins with the server's name.
func (r *rtmp) says(cause error, format string, values ...any) error {
	return says(r.name, cause, format, values...)
}

// explain says what Dial met.
func (r *rtmp) explain(ctx context.Context, err error, o *rtmpOutput) error {
	var dns *net.DNSError
	var no refusal
	var codec lacking
	switch {
	case ctx.Err() != nil && o.wire == nil:
		return r.says(ctx.Err(), "does not answer: is the address right, and the network up?")
	case ctx.Err() != nil:
		return r.says(ctx.Err(), "accepts the connection but says nothing: is it an RTMP server?")
	case errors.As(err, &dns):
		return r.says(err, "cannot be found: there is no host of that name, or no network")
	case isCertificate(err):
		return r.says(err, "is not who it says it is: %v", err)
	case o.wire == nil:
		return r.says(err, "cannot be reached: %v", innermost(err))
	case errors.As(err, &codec):
		return r.says(ErrRefused, "takes no %s: choose another codec", codec.codec)
	case isHangUp(err) && o.session != nil && o.session.asked:
		return r.says(errHangUp, "closed the connection instead of taking the stream: check the stream key")
	case isHangUp(err):
		return r.says(err, "closed the connection at once: is it an RTMP server?")
	case errors.As(err, &no):
		return r.says(ErrRefused, "refused the stream: %s; check the stream key", r.redact(no.words))
	}
	return r.says(err, "cannot be used: %s", r.redact(err.Error()))
}

// lost says why a live connection ended.
func (r *rtmp) lost(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return r.says(err, "has taken no data for %v: the connection is dead", noProgress)
	case isHangUp(err):
		return r.says(errHangUp, "closed the connection")
	}
	return r.says(err, "is lost: %v", innermost(err))
}

// ended says why the server ended a live connection.
func (r *rtmp) ended(why error) error {
	var to moving
	if !errors.As(why, &to) {
		return r.says(nil, "ended the stream: %s", r.redact(why.Error()))
	}
	if err := r.move(to.to); err != nil {
		return r.says(err, "asks to connect elsewhere: %v", err)
	}
	return r.says(errReconnect, "asks to connect again")
}

// redact makes a server's words fit to be shown.
func (r *rtmp) redact(words string) string { return redact(words, r.hidden()) }

// hidden returns all that must not be seen of the key, as it is and escaped, the longest first: the key, its part before
// a query, and the values of its query and of the application's.
func (r *rtmp) hidden() []string {
	key := r.stream.Reveal()
	name, query, _ := strings.Cut(key, "?")
	secrets := []string{key, name}
	if password, ok := r.user.Password(); ok {
		secrets = append(secrets, password)
	}
	for pair := range strings.FieldsFuncSeq(query+"&"+r.app.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		_, value, named := strings.Cut(pair, "=")
		if !named {
			value = pair
		}
		if len(value) >= minHidden {
			secrets = append(secrets, value)
		}
	}
	return spellings(secrets)
}
