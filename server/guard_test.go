package server

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// send makes one request with these headers ("Host" included) and returns the answer with its body read.
func send(t *testing.T, s *Server, method, path, body string, headers map[string]string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+reachable(s.HTTPAddr())+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	if h := headers["Host"]; h != "" {
		r.Host = h
	}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(got)
}

func TestHostAllowList(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		s := start(t, Config{HTTP: listen})
		_, port, _ := net.SplitHostPort(s.HTTPAddr())
		for host, want := range map[string]int{
			"127.0.0.1:" + port:         200,
			"localhost:" + port:         200,
			"LocalHost:" + port:         200,
			"[::1]:" + port:             200,
			"127.0.0.1":                 421, // another port
			"127.0.0.1:1":               421,
			"evil.example:" + port:      421,
			"192.0.2.7:" + port:         421,
			"localhost.evil.io:" + port: 421,
		} {
			for _, path := range []string{"/", "/healthz", "/api/v1/streams"} {
				resp, _ := send(t, s, "GET", path, "", map[string]string{"Host": host})
				if resp.StatusCode != want {
					t.Errorf("listening on %s, Host %s, %s: %d, want %d", listen, host, path, resp.StatusCode, want)
				}
			}
		}
	}
}

// TestEveryRouteGuards goes through all routes as another page would reach them: by a name of its own that leads here
// (DNS rebinding), and from its own origin (CSRF).
func TestEveryRouteGuards(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", nil)
	for _, r := range s.table(nil, http.NotFoundHandler()) {
		method, path, _ := strings.Cut(r.pattern, " ")
		path = strings.NewReplacer("{stream}", "live", "{$}", "", "{file}", "index.m3u8").Replace(path)
		if resp, body := send(t, s, method, path, "", map[string]string{"Host": "evil.example"}); resp.StatusCode != 421 {
			t.Errorf("%s by another name: %s, %.80s", r.pattern, resp.Status, body)
		}
		for _, foreign := range []map[string]string{
			{"Origin": "http://evil.example"},
			{"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
			{"Origin": "null", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
		} {
			resp, body := send(t, s, method, path, "", foreign)
			if changes := method != "GET" && method != "OPTIONS"; changes && resp.StatusCode != http.StatusForbidden {
				t.Errorf("%s from another page %v: %s, %.80s", r.pattern, foreign, resp.Status, body)
			}
			if to := resp.Header.Get("Access-Control-Allow-Origin"); to != "" {
				t.Errorf("%s from another page may be read by %s", r.pattern, to)
			}
		}
	}
	if s.stream("live") == nil {
		t.Error("another page has ended the stream")
	}
}

// TestHostOfInterface reaches a server on all interfaces by the address of one.
func TestHostOfInterface(t *testing.T) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{HTTP: "0.0.0.0:0"})
	_, port, _ := net.SplitHostPort(s.HTTPAddr())
	for _, a := range addrs {
		ip := a.(*net.IPNet).IP
		if ip.To4() == nil {
			continue
		}
		resp, err := http.Get("http://" + net.JoinHostPort(ip.String(), port) + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", ip, resp.StatusCode)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestOtherSites(t *testing.T) {
	s := start(t, Config{})
	navigation := map[string]string{
		"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
	}
	framed := map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
	cross := map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.example"}
	sibling := map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}
	own := map[string]string{"Sec-Fetch-Site": "same-origin"}
	old := map[string]string{"Origin": "https://evil.example"} // a browser without fetch metadata
	tests := []struct {
		method, path string
		headers      map[string]string
		want         int
	}{
		{"GET", "/watch/live", navigation, 200},
		{"GET", "/", navigation, 200},
		{"GET", "/watch/live", framed, 403},
		{"GET", "/api/v1/streams", navigation, 403},
		{"GET", "/api/v1/streams", cross, 403},
		{"GET", "/api/v1/streams", sibling, 403},
		{"GET", "/api/v1/streams", own, 200},
		{"GET", "/api/v1/streams", nil, 200},
		{"GET", "/hls/live/index.m3u8", cross, 403},
		{"GET", "/hls/live/index.m3u8", own, 404},
		{"POST", "/whep/live", cross, 403},
		{"POST", "/whep/live", old, 403},
		{"POST", "/whep/live", own, 404},
		{"POST", "/whep/live", nil, 404},
		{"DELETE", "/whep/live/x", old, 403},
		{"PATCH", "/whep/live/x", old, 403},
		{"POST", "/api/v1/streams/live/latency", old, 403},
		{"OPTIONS", "/whep/live", own, 204},
		{"GET", "/whep/live", own, 405},
		{"GET", "/watch/a%20b", nil, 404},
		{"GET", "/nothing", nil, 404},
	}
	for _, tt := range tests {
		resp, body := send(t, s, tt.method, tt.path, "", tt.headers)
		if resp.StatusCode != tt.want {
			t.Errorf("%s %s %v: %d %s, want %d", tt.method, tt.path, tt.headers, resp.StatusCode, body, tt.want)
		}
		for k := range resp.Header {
			if strings.HasPrefix(k, "Access-Control-") {
				t.Errorf("%s %s: answers with %s", tt.method, tt.path, k)
			}
		}
		for k, want := range map[string]string{
			"Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Content-Security-Policy": policy,
		} {
			if got := resp.Header.Get(k); got != want {
				t.Errorf("%s %s: %s is %q, want %q", tt.method, tt.path, k, got, want)
			}
		}
	}
}

func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	resp, _ := send(t, s, "GET", "/", "", map[string]string{"X-Long": strings.Repeat("x", 64<<10)})
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KiB of headers: %d", resp.StatusCode)
	}
}
