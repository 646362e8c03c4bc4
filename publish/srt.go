package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golive/encoder"
	"golive/internal/srt"
	"golive/secret"
)

// srtDestination is an SRT listener.
type srtDestination struct {
	name       string // the address without its query: fit to be seen
	host       string // with the port
	streamID   secret.Secret
	passphrase secret.Secret
	keyLength  int // bytes, or 0
	latency    time.Duration
	start      srt.Start // for tests of the wraps
}

// srtParameters are those of an address, by the names of FFmpeg and libsrt, and what they are; the first four are ours to
// follow, the others say what is so anyway.
var srtParameters = []string{"latency", "streamid", "passphrase", "pbkeylen", "mode", "transtype"}

// newSRT reads the query of an address.
func newSRT(rawURL string, u *url.URL, key string, passphrase secret.Secret) (Destination, error) {
	if u.Port() == "" {
		return nil, badURL(rawURL, "it needs a port, such as srt://live.example.com:8890")
	}
	if strings.Trim(u.Path, "/") != "" {
		return nil, badURL(rawURL, "SRT has no path: give the stream id as the key, or as ?streamid=")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, badURL(rawURL, "what follows the ? cannot be read")
	}
	for name, values := range query {
		if !slices.Contains(srtParameters, name) || len(values) != 1 {
			return nil, badURL(rawURL, "what may follow the ? is, once each: latency (in ms), streamid, passphrase, pbkeylen")
		}
	}
	d := &srtDestination{name: "srt://" + u.Host, host: u.Host, latency: srt.DefaultLatency}
	if id := query.Get("streamid"); id != "" && key != "" {
		return nil, badURL(rawURL, "it has a streamid, and a key is given too, which would be the same: leave one of them out")
	} else {
		d.streamID = secret.New(cmp.Or(id, key))
	}
	d.passphrase = passphrase
	if p := query.Get("passphrase"); p != "" && passphrase.Empty() {
		d.passphrase = secret.New(p)
	}
	return d, d.check(rawURL, query)
}

// check reads the numbers, and checks the bounds of all.
func (d *srtDestination) check(rawURL string, query url.Values) error {
	if ms := query.Get("latency"); ms != "" {
		n, err := strconv.Atoi(ms)
		if d.latency = time.Duration(n) * time.Millisecond; err != nil || n < 0 || d.latency > srt.MaxLatency {
			return badURL(rawURL, "the latency must be a number of milliseconds, from 0 to 10000")
		}
	}
	if n := query.Get("pbkeylen"); n != "" {
		if !slices.Contains([]string{"16", "24", "32"}, n) {
			return badURL(rawURL, "pbkeylen must be 16, 24 or 32")
		}
		d.keyLength, _ = strconv.Atoi(n)
	}
	n := len(d.passphrase.Reveal())
	switch {
	case n > 0 && (n < srt.MinPassphrase || n > srt.MaxPassphrase):
		return badURL(rawURL, fmt.Sprintf("the passphrase of SRT has %d to %d characters", srt.MinPassphrase, srt.MaxPassphrase))
	case d.keyLength > 0 && n == 0:
		return badURL(rawURL, "pbkeylen is nothing without a passphrase")
	case len(d.streamID.Reveal()) > srt.MaxStreamID:
		return badURL(rawURL, fmt.Sprintf("the stream id is longer than %d characters", srt.MaxStreamID))
	case !slices.Contains([]string{"", "caller"}, query.Get("mode")), !slices.Contains([]string{"", "live"}, query.Get("transtype")):
		return badURL(rawURL, "Golive calls (mode=caller) and is live (transtype=live); leave both out")
	}
	return nil
}

// Protocol implements Destination.
func (d *srtDestination) Protocol() string { return "srt" }

// Codecs implements Destination.
func (d *srtDestination) Codecs() (video, audio []encoder.Codec) {
	return []encoder.Codec{encoder.H264, encoder.HEVC}, []encoder.Codec{encoder.AAC}
}

// String returns the address without secrets.
func (d *srtDestination) String() string { return d.name }

// Format implements fmt.Formatter, so that no verb shows a secret.
func (d *srtDestination) Format(f fmt.State, _ rune) { io.WriteString(f, d.name) }

// Dial implements Destination.
func (d *srtDestination) Dial(ctx context.Context, streams []*encoder.Stream, fb Feedback) (Output, error) {
	rate := newBitMeter(streams)
	conn, err := srt.Dial(ctx, d.host, srt.Config{
		StreamID: d.streamID.Reveal(), Passphrase: d.passphrase.Reveal(), KeyLength: d.keyLength,
		Latency: d.latency, Rate: rate.bitRate(), Start: d.start,
	})
	if err != nil {
		return nil, d.explain(err)
	}
	o, err := newSRTOutput(d, conn, streams, rate, fb)
	if err != nil {
		conn.Close()
		return nil, says(d.name, ErrRefused, "cannot have this: %v", err)
	}
	return o, nil
}

// explain says what Dial met.
func (d *srtDestination) explain(err error) error {
	var dns *net.DNSError
	var no srt.Rejection
	switch {
	case errors.As(err, &no) && no.Temporary():
		return says(d.name, err, "does not take the stream now: %v", no)
	case errors.As(err, &no):
		return says(d.name, ErrRefused, "refused the stream: %v; check the stream id and the passphrase", no)
	case errors.As(err, &dns):
		return says(d.name, err, "cannot be found: there is no host of that name, or no network")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return says(d.name, err, "does not answer: is the address right, the network up, and UDP let through?")
	case errors.Is(err, srt.ErrProtocol):
		return says(d.name, err, "cannot be used: %v", err)
	}
	return says(d.name, err, "cannot be reached: %v", innermost(err))
}

// lost says why a live connection ended.
func (d *srtDestination) lost(err error) error {
	switch {
	case errors.Is(err, srt.ErrSilent):
		return says(d.name, err, "has acknowledged no data for 5 s: the connection is dead")
	case errors.Is(err, srt.ErrShutdown):
		return says(d.name, errHangUp, "ended the connection")
	case errors.Is(err, srt.ErrClosed):
		return says(d.name, err, "is closed")
	}
	return says(d.name, err, "is lost: %v", innermost(err))
}
