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
	"strings"
	"syscall"
	"unicode"
)

// maxWords is how much of a server's own words is shown.
const maxWords = 200

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
	for _, hide := range []string{r.stream.Reveal(), url.QueryEscape(r.stream.Reveal()), url.PathEscape(r.stream.Reveal())} {
		if hide != "" {
			words = strings.ReplaceAll(words, hide, "***")
		}
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
