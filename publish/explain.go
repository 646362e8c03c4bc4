package publish

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
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

// maxWords is how much of a server's own words is shown.
const maxWords = 200

// A sentence is an error for people; what caused it is for errors.Is alone.
type sentence struct {
	text  string
	cause error
}

func (s sentence) Error() string { return s.text }

func (s sentence) Unwrap() error { return s.cause }

// says returns the sentence that begins with a name.
func says(name string, cause error, format string, values ...any) error {
	return sentence{name + " " + fmt.Sprintf(format, values...), cause}
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

// redact makes a server's words fit to be shown: without what is to be hidden, which servers like to repeat, without
// control characters, and short.
func redact(words string, hide []string) string {
	for _, h := range hide {
		words = strings.ReplaceAll(words, h, "***")
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

// spellings returns how secrets may be written, as they are, escaped and in base64, the longest first.
func spellings(secrets []string) []string {
	var hide []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		hide = append(hide, s, url.QueryEscape(s), url.PathEscape(s), (&url.URL{Path: s}).EscapedPath(),
			base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
		if plain, err := url.QueryUnescape(s); err == nil {
			hide = append(hide, plain)
		}
	}
	slices.SortStableFunc(hide, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(hide)
}
