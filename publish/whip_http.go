package publish

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/pion/webrtc/v4"
)

// Bounds of what an endpoint may answer.
const (
	maxWHIPAnswer    = 64 << 10 // bytes
	maxWHIPRedirects = 5
	maxICEServers    = 8
	maxWHIPHeader    = 16 << 10 // bytes
)

// A signal is the conversation with a WHIP endpoint (RFC 9725 section 4).
type signal struct {
	dest    *whip
	client  *http.Client
	session *url.URL // where the session is ended; nil while there is none
}

func newSignal(w *whip) *signal {
	return &signal{dest: w, client: &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        &tls.Config{RootCAs: w.roots, MinVersion: tls.VersionTLS12},
			MaxResponseHeaderBytes: maxWHIPHeader,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: checkRedirect,
	}}
}

// checkRedirect follows those redirects that repeat the request (307 and 308). The client leaves the token out when they
// lead to another domain.
func checkRedirect(next *http.Request, before []*http.Request) error {
	first := before[0]
	switch {
	case len(before) > maxWHIPRedirects:
		return &whipRefusal{words: fmt.Sprintf("it redirects more than %d times", maxWHIPRedirects)}
	case next.Method != first.Method:
		return &whipRefusal{words: "it redirects in a way that loses the offer; give the address that it leads to"}
	case first.URL.Scheme == "https" && next.URL.Scheme != "https":
		return &whipRefusal{words: "it redirects to an address that is not encrypted"}
	}
	return nil
}

// offer posts an SDP offer and returns the answer, and the ICE servers to use.
func (s *signal) offer(ctx context.Context, sdp string) (answer string, servers []webrtc.ICEServer, err error) {
	resp, err := s.do(ctx, http.MethodPost, s.dest.url, sdp)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxWHIPAnswer+1))
	if resp.StatusCode != http.StatusCreated {
		return "", nil, &whipRefusal{resp.StatusCode, firstLine(body)}
	}
	if at, err := resp.Location(); err == nil {
		s.session = at
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return "", nil, err
	case len(body) > maxWHIPAnswer:
		return "", nil, errors.New("its answer is larger than 64 KiB")
	case kind != "application/sdp":
		return "", nil, fmt.Errorf("its answer is %q, not application/sdp: is it a WHIP endpoint?", kind)
	}
	return string(body), iceServers(resp.Header.Values("Link")), nil
}

func (s *signal) do(ctx context.Context, method string, at *url.URL, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "Golive")
	if body != "" {
		req.Header.Set("Content-Type", "application/sdp")
	}
	if !s.dest.token.Empty() && sameSite(s.dest.url, at) {
		req.Header.Set("Authorization", "Bearer "+s.dest.token.Reveal())
	}
	return s.client.Do(req)
}

// sameSite says whether a session is where the token may go: at the endpoint's own host, and not less encrypted.
func sameSite(endpoint, session *url.URL) bool {
	return strings.EqualFold(endpoint.Hostname(), session.Hostname()) && (endpoint.Scheme == session.Scheme || session.Scheme == "https")
}

// end ends the session (section 4.2).
func (s *signal) end() {
	if s.session != nil {
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		defer cancel()
		if resp, err := s.do(ctx, http.MethodDelete, s.session, ""); err == nil {
			resp.Body.Close()
		}
		s.session = nil
	}
	s.client.CloseIdleConnections()
}

// A whipRefusal is an endpoint's "no", in its own words.
type whipRefusal struct {
	status int // of HTTP, or 0
	words  string
}

func (r *whipRefusal) Error() string {
	return cmp.Or(r.words, http.StatusText(r.status), fmt.Sprintf("HTTP status %d", r.status))
}

// temporary says whether it makes sense to ask again.
func (r *whipRefusal) temporary() bool {
	return r.status >= 500 || r.status == http.StatusRequestTimeout || r.status == http.StatusTooManyRequests
}

// remedy is what may help, as the end of a sentence.
func (r *whipRefusal) remedy() string {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "; check the stream key"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "; check the address"
	case http.StatusNotAcceptable, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return "; it may not take H.264 and Opus"
	}
	return ""
}

// firstLine returns the first words of an error page, none of HTML.
func firstLine(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body[:min(len(body), 4*maxWords)])), "\n")
	if strings.HasPrefix(line, "<") {
		return ""
	}
	return strings.ToValidUTF8(line, "")
}

// iceServers reads the STUN and TURN servers of Link headers (section 4.6).
func iceServers(links []string) []webrtc.ICEServer {
	var servers []webrtc.ICEServer
	for _, header := range links {
		for link := range strings.SplitSeq(header, ",") {
			if s, ok := iceServer(link); ok && len(servers) < maxICEServers {
				servers = append(servers, s)
			}
		}
	}
	return servers
}

func iceServer(link string) (webrtc.ICEServer, bool) {
	target, parameters, _ := strings.Cut(strings.TrimSpace(link), ">")
	target, isLink := strings.CutPrefix(target, "<")
	// The parameters are like those of a media type.
	_, values, err := mime.ParseMediaType("x/x" + parameters)
	if !isLink || err != nil || values["rel"] != "ice-server" {
		return webrtc.ICEServer{}, false
	}
	s := webrtc.ICEServer{URLs: []string{target}}
	if name := values["username"]; name != "" {
		s.Username, s.Credential, s.CredentialType = name, values["credential"], webrtc.ICECredentialTypePassword
	}
	return s, true
}

// explainHTTP says why there was no answer over HTTP.
func explainHTTP(ctx context.Context, name string, err error, redact func(string) string) error {
	var dns *net.DNSError
	var refused *net.OpError
	var ours *url.Error
	var timeout interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		return says(name, cmp.Or(ctx.Err(), err), "does not answer: is the address right, and the network up?")
	case errors.As(err, &dns):
		return says(name, err, "cannot be found: there is no host of that name, or no network")
	case isCertificate(err):
		return says(name, err, "is not who it says it is: %s", redact(innermost(err).Error()))
	case errors.As(err, &refused) && refused.Op == "dial":
		return says(name, err, "cannot be reached: %v", innermost(err))
	case errors.As(err, &ours): // whose text has the address in it
		err = ours.Err
	}
	return says(name, err, "cannot be used: %s", redact(err.Error()))
}
