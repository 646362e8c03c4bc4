package publish

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"unicode"
)

const (
	// maxWords is how much of a server's own words is shown.
	maxWords = 200
	// minHidden is the shortest value of a query that is hidden: a shorter one is no secret, but a part of other words.
	minHidden = 6
)

// A sentence is an error for people; what caused it is for errors.Is alone.
type sentence struct {
	text  string
	cause error
}

func (s sentence) Error() string { return s.text }

func (s sentence) Unwrap() error { return s.cause }

// says returns the sentence that begins with the server's name.
func (r *rtmp) says(cause error, format string, values ...any) error {
	return sentence{r.name + " " + fmt.Sprintf(format, values...), cause}
}

// explain says what Dial met.
func (r *rtmp) explain(ctx context.Context, err error, o *rtmpOutput) error {
	var dns *net.DNSError
	var no refusal
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

// innermost returns what the operating system says, without the addresses and calls around it.
func innermost(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}

func isHangUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func isCertificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname)
}

// redact makes a server's words fit to be shown: without the key, which servers like to repeat, without control
// characters, and short.
func (r *rtmp) redact(words string) string {
	for _, hide := range r.hidden() {
		words = strings.ReplaceAll(words, hide, "***")
	}
	words = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, words)
	if len(words) > maxWords {
		words = strings.ToValidUTF8(words[:maxWords], "") + "..."
	}
	return words
}

// hidden returns all that must not be seen of the key, as it is and escaped, the longest first: the key, its part before
// a query, and the values of its query and of the application's.
func (r *rtmp) hidden() []string {
	key := r.stream.Reveal()
	name, query, _ := strings.Cut(key, "?")
	secrets := []string{key, name}
	for pair := range strings.FieldsFuncSeq(query+"&"+r.app.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		_, value, named := strings.Cut(pair, "=")
		if !named {
			value = pair
		}
		if len(value) >= minHidden {
			secrets = append(secrets, value)
		}
	}
	var hide []string
	for _, s := range secrets {
		hide = append(hide, s, url.QueryEscape(s), url.PathEscape(s))
		if plain, err := url.QueryUnescape(s); err == nil {
			hide = append(hide, plain)
		}
	}
	hide = slices.DeleteFunc(hide, func(s string) bool { return s == "" })
	slices.SortStableFunc(hide, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(hide)
}
