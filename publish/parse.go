package publish

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golive/encoder"
	"golive/secret"
)

// Bounds of what people type or paste.
const (
	maxURL = 2048
	maxKey = 1024
)

// working lists the addresses that a destination can have.
const working = "rtmp://, rtmps://, srt:// and whip+https:// addresses work, and local"

// ParseDestination returns the Destination at rawURL. The key, where there is one, is appended to the path of RTMP and is
// the stream id of SRT; the passphrase encrypts SRT, and is the password of a user of RTMP. Neither they nor what stands in their place in the address appear
// in the Destination's name or in an error. Errors: ErrBadURL, ErrUnsupported.
func ParseDestination(rawURL string, key, passphrase secret.Secret) (Destination, error) {
	if err := checkText(rawURL, key); err != nil {
		return nil, err
	}
	scheme, _, found := strings.Cut(rawURL, "://")
	if !found {
		return nil, fmt.Errorf("%w: it must begin with rtmp://, rtmps://, srt:// or whip+https://, such as rtmp://live.example.com/app", ErrBadURL)
	}
	scheme = strings.ToLower(scheme)
	if !slices.Contains([]string{"rtmp", "rtmps", "srt", "whip+https", "whip+http"}, scheme) {
		return nil, fmt.Errorf("%w: %q; %s", ErrUnsupported, scheme+"://", working)
	}
	u, err := url.Parse(rawURL)
	if err != nil { // its text would show the whole address
		return nil, badURL(rawURL, "host or port cannot be read")
	}
	if err := checkHost(rawURL, u); err != nil {
		return nil, err
	}
	if strings.Contains(rawURL, "#") {
		return nil, badURL(rawURL, "it must not hold a #")
	}
	plain := strings.TrimSpace(key.Reveal())
	rtmp := scheme == "rtmp" || scheme == "rtmps"
	switch {
	case u.User != nil && !rtmp:
		return nil, badURL(rawURL, "it must not hold a user or password; give the stream key instead")
	case scheme == "srt":
		return newSRT(rawURL, u, plain, passphrase)
	case !rtmp && !passphrase.Empty():
		return nil, badURL(rawURL, "a passphrase is for srt:// addresses, and the password of rtmp:// ones; whip+https:// is encrypted without one")
	case !rtmp:
		return newWHIP(rawURL, u, plain)
	}
	return newRTMP(rawURL, u, plain, passphrase)
}

// ErrAudioCodec: a destination is not sent sound in the codec that was chosen for it.
var ErrAudioCodec = errors.New("sound is not carried in this codec")

// WithAudio returns the destination as one that is sent its sound in a codec; "" leaves that to Golive. Over RTMP, Opus goes
// where AAC does, if the service takes it; the other protocols leave no choice. Errors: ErrAudioCodec.
func WithAudio(d Destination, codec encoder.Codec) (Destination, error) {
	if codec == "" {
		return d, nil
	}
	if r, ok := d.(*rtmp); ok {
		return r.with(codec)
	}
	if _, audio := d.Codecs(); !slices.Contains(audio, codec) {
		return nil, fmt.Errorf("%w: %s takes %s, not %s", ErrAudioCodec, d.Protocol(), list(audio), codec)
	}
	return d, nil
}

func checkText(rawURL string, key secret.Secret) error {
	switch {
	case rawURL == "":
		return fmt.Errorf("%w: it is empty; %s", ErrBadURL, working)
	case len(rawURL) > maxURL:
		return fmt.Errorf("%w: it is longer than %d characters", ErrBadURL, maxURL)
	case strings.ContainsFunc(rawURL, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return fmt.Errorf("%w: it holds a space or a control character; paste it again", ErrBadURL)
	case len(key.Reveal()) > maxKey:
		return fmt.Errorf("%w: the stream key is longer than %d characters; paste the key alone", ErrBadURL, maxKey)
	case strings.ContainsFunc(strings.TrimSpace(key.Reveal()), unicode.IsControl):
		return fmt.Errorf("%w: the stream key holds a control character; paste it again", ErrBadURL)
	}
	return nil
}

func checkHost(rawURL string, u *url.URL) error {
	if u.Hostname() == "" {
		return badURL(rawURL, "it names no host")
	}
	if p := u.Port(); p != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return badURL(rawURL, "the port must be a number from 1 to 65535")
		}
	}
	return nil
}

// newRTMP splits an address into application and stream name, which is the last part of the path, or the key.
func newRTMP(rawURL string, u *url.URL, key string, password secret.Secret) (Destination, error) {
	user, err := userinfo(rawURL, u.User, password)
	if err != nil {
		return nil, err
	}
	app, stream, query := strings.Trim(u.EscapedPath(), "/"), key, u.RawQuery
	if key == "" {
		i := strings.LastIndexByte(app, '/')
		app, stream = app[:max(i, 0)], app[i+1:]
		if query != "" {
			stream, query = stream+"?"+query, ""
		}
	}
	if app == "" {
		return nil, badURL(rawURL, "it needs an application and a stream name or key, such as rtmp://host/live/NAME")
	}
	path, err := url.PathUnescape(app)
	if err != nil {
		return nil, badURL(rawURL, "its path cannot be read")
	}
	return &rtmp{
		name:    u.Scheme + "://" + u.Host + "/" + app,
		app:     &url.URL{Scheme: u.Scheme, Host: hostPort(u), Path: "/" + path, RawPath: "/" + app, RawQuery: query},
		stream:  secret.New(stream),
		service: ServiceAt(rawURL),
		user:    user,
	}, nil
}

// userinfo returns who publishes, nil when nobody is named. The password may stand in the address, where others may see it.
func userinfo(rawURL string, named *url.Userinfo, password secret.Secret) (*url.Userinfo, error) {
	inURL, _ := named.Password()
	all := cmp.Or(password.Reveal(), inURL)
	switch {
	case named == nil && all == "":
		return nil, nil
	case named == nil:
		return nil, badURL(rawURL, "a passphrase is for srt:// addresses; here it would be the password of a user, as in rtmp://USER@host/app")
	case all == "" || named.Username() == "":
		return nil, badURL(rawURL, "it needs both a user and a password: rtmp://USER@host/app, and the password as the passphrase")
	}
	return url.UserPassword(named.Username(), all), nil
}

// hostPort returns where to connect.
func hostPort(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Host
	case u.Scheme == "rtmps":
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "1935")
}

// badURL names an address by its scheme and host: the rest may be a key.
func badURL(rawURL, why string) error {
	scheme, rest, _ := strings.Cut(rawURL, "://")
	host, _, _ := strings.Cut(rest, "/")
	if i := strings.IndexAny(host, "?#"); i >= 0 {
		host = host[:i]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	return fmt.Errorf("%w: %s://%s/***: %s", ErrBadURL, scheme, host, why)
}
