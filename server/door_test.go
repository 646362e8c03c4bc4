package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"golive/internal/srt"
	"golive/internal/testrig"
	"golive/secret"
)

const (
	publishWord = "publish-with-this"
	viewWord    = "view-with-this"
)

// locked is a server that wants tokens, with a stream that is on.
func locked(t *testing.T) *Server {
	t.Helper()
	s := start(t, Config{Access: Access{Publish: secret.New(publishWord), View: secret.New(viewWord)}})
	broadcast(t, s, "live", nil)
	return s
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// TestEveryRouteAsks goes through all routes but those that anybody may use, without a token and with wrong ones.
func TestEveryRouteAsks(t *testing.T) {
	t.Parallel()
	s := locked(t)
	free := map[string]bool{
		"GET /assets/{file}": true, "GET /healthz": true, "GET /api/v1/time": true, "GET /api/v1/openapi.json": true,
		"OPTIONS /whep/{stream}": true, "OPTIONS /whip/{stream}": true,
		"OPTIONS /whep/{stream}/{session}": true, "OPTIONS /whip/{stream}/{session}": true,
		"PATCH /whep/{stream}/{session}": true, "DELETE /whep/{stream}/{session}": true, // the session is a secret
		"PATCH /whip/{stream}/{session}": true, "DELETE /whip/{stream}/{session}": true,
	}
	for _, r := range s.table(nil, http.NotFoundHandler()) {
		if free[r.pattern] {
			continue
		}
		method, path, _ := strings.Cut(r.pattern, " ")
		path = strings.NewReplacer("{stream}", "live", "{$}", "", "{file}", "index.m3u8", "{id}", "1").Replace(path)
		if resp, body := send(t, s, method, path, "", nil); resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without a token: %s, %.80s", r.pattern, resp.Status, body)
		}
		if r.do == publish || r.do == manage {
			forged := &http.Cookie{Name: s.cookie(), Value: s.door.passes.issue("", time.Hour)}
			if resp, _ := send(t, s, method, path, "", map[string]string{"Cookie": forged.String()}); resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s with the pass of a viewer: %s", r.pattern, resp.Status)
			}
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := locked(t)
	pass := s.door.passes.issue("live", time.Hour)
	for _, tt := range []struct {
		method, path, token string
		want                int
	}{
		{"GET", "/api/v1/streams", viewWord, 200},
		{"GET", "/api/v1/streams", publishWord, 200},
		{"GET", "/api/v1/streams", viewWord + "x", 401},
		{"GET", "/api/v1/streams", strings.Repeat("x", 4*maxToken), 401},
		{"GET", "/api/v1/streams", pass, 401}, // it is of one stream
		{"GET", "/api/v1/streams/live", pass, 200},
		{"GET", "/api/v1/streams/other", pass, 401},
		{"GET", "/api/v1/streams/live", pass + "x", 401},
		{"GET", "/api/v1/streams/live", s.door.passes.issue("live", -time.Second), 401},
		{"GET", "/metrics", viewWord, 401},
		{"GET", "/metrics", publishWord, 200},
		{"POST", "/whip/other", viewWord, 401},
		{"POST", "/whip/other", publishWord, 415}, // it comes as far as being read
		{"POST", "/whep/live", viewWord, 415},
	} {
		if resp, body := send(t, s, tt.method, tt.path, "", bearer(tt.token)); resp.StatusCode != tt.want {
			t.Errorf("%s %s with %.30s: %s %s, want %d", tt.method, tt.path, tt.token, resp.Status, body, tt.want)
		}
	}
	if p := probe(t, "http://"+s.HTTPAddr()+"/hls/live/index.m3u8?token="+viewWord); len(p.Streams) != 2 {
		t.Errorf("HLS with a token: %+v", p)
	}
	if s.door.admit(t.Context(), visit{do: publish, token: publishWord}) != nil {
		t.Error("the right token is refused")
	}
	s.door.set(Access{Publish: secret.New("another"), View: secret.New("another")})
	if s.door.passes.allow(pass, "live") || s.door.admit(t.Context(), visit{do: view, token: viewWord}) == nil {
		t.Error("what was good before the tokens changed still is")
	}
}

// TestPageWithToken follows the ways into a page: with a token, with a link that works once, and with one that lasts.
func TestPageWithToken(t *testing.T) {
	t.Parallel()
	s := locked(t)
	for _, tt := range []struct {
		name, link string
		reaches    map[string]int
		again      int
	}{
		{"token", s.WatchURL("live") + "?token=" + viewWord + "&embed=1", map[string]int{"": 200, "api/v1/streams/live": 200}, 200},
		{"once", s.InviteURL("live", true), map[string]int{"": 401, "watch/other": 401, "hls/live/index.m3u8": 200}, 401},
		{"lasting", s.InviteURL("live", false), map[string]int{"": 401, "api/v1/streams": 401, "api/v1/streams/live": 200}, 200},
	} {
		open := func(link string) (*http.Client, *http.Response) {
			jar, _ := cookiejar.New(nil)
			c := &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
			resp, err := c.Get(link)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			return c, resp
		}
		c, resp := open(tt.link)
		if resp.StatusCode != 200 || strings.Contains(resp.Request.URL.String(), "token") {
			t.Fatalf("%s: %s at %s", tt.name, resp.Status, resp.Request.URL)
		}
		if tt.name == "token" && resp.Request.URL.RawQuery != "embed=1" {
			t.Errorf("the rest of the query is lost: %s", resp.Request.URL)
		}
		for path, want := range tt.reaches {
			resp, err := c.Get(s.ListURL() + path)
			if err != nil {
				t.Fatal(err)
			}
			if _ = resp.Body.Close(); resp.StatusCode != want {
				t.Errorf("%s, /%s: %s, want %d", tt.name, path, resp.Status, want)
			}
		}
		if _, resp := open(tt.link); resp.StatusCode != tt.again {
			t.Errorf("%s, a second time: %s, want %d", tt.name, resp.Status, tt.again)
		}
	}
	if open := start(t, Config{}); open.InviteURL("x", true) != open.WatchURL("x") {
		t.Errorf("a link with a token where none is wanted: %s", open.InviteURL("x", true))
	}
}

// TestForeignWebSocket is what another page would do.
func TestForeignWebSocket(t *testing.T) {
	t.Parallel()
	s := locked(t)
	for _, path := range []string{"/api/v1/events", "/api/v1/signal/live"} {
		for header, want := range map[string]int{"Origin: http://evil.example": 403, "": 401} {
			h := http.Header{}
			if k, v, ok := strings.Cut(header, ": "); ok {
				h.Set(k, v)
				h.Set("Authorization", "Bearer "+viewWord)
			}
			c, resp, err := websocket.Dial(t.Context(), "ws://"+s.HTTPAddr()+path, &websocket.DialOptions{HTTPHeader: h})
			if err == nil {
				_ = c.CloseNow()
			}
			if resp == nil || resp.StatusCode != want {
				t.Errorf("%s, %q: %v, want %d", path, header, err, want)
			}
		}
		c, _, err := websocket.Dial(t.Context(), "ws://"+s.HTTPAddr()+path+"?token="+viewWord, nil)
		if err != nil {
			t.Errorf("%s with a token: %v", path, err)
			continue
		}
		_ = c.CloseNow()
	}
}

func TestSRTWantsToken(t *testing.T) {
	t.Parallel()
	s := locked(t)
	dial := func(id string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		conn, err := srt.Dial(ctx, s.SRTAddr(), srt.Config{StreamID: id})
		if err == nil {
			conn.Close()
		}
		return err
	}
	var dialling sync.WaitGroup
	defer dialling.Wait()
	for _, id := range []string{
		"publish:x", "publish:x:" + viewWord, "publish:x:wrong", "#!::r=x,m=publish", "#!::r=x,m=publish,s=wrong",
		"read:live", "read:live:wrong",
	} {
		dialling.Go(func() {
			if err := dial(id); err == nil {
				t.Errorf("%s was let in", id)
			}
		})
	}
	if err := dial("publish:x:" + publishWord); err != nil {
		t.Errorf("with the token: %v", err)
	}
}

func TestRTMPWantsToken(t *testing.T) {
	t.Parallel()
	s := locked(t)
	for _, key := range []string{"x", "x?token=wrong", "x?token=" + viewWord} {
		c := dialRTMP(t, s)
		c.publish(key)
		if s.stream("x") != nil {
			t.Errorf("%s was let in", key)
		}
		_ = c.Close()
	}
	play := "rtmp://" + s.RTMPAddr() + "/live/live"
	for _, url := range []string{play, play + "?token=wrong"} {
		if out, err := exec.Command("ffprobe", "-v", "quiet", "-show_streams", url).Output(); err == nil || len(out) > 0 {
			t.Errorf("%s is played: %s", url, out)
		}
	}
	if got := probe(t, play+"?token="+viewWord).Streams; len(got) != 2 {
		t.Errorf("played with the token: %+v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10",
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-f", "flv", "rtmp://"+s.RTMPAddr()+"/live/y?token="+publishWord)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	testrig.Eventually(t, "published with the token", func() bool { return s.stream("y") != nil })
	cancel()
	_ = cmd.Wait()
}

func TestGuessesAreLimited(t *testing.T) {
	t.Parallel()
	d := newDoor(Access{View: secret.New(viewWord)})
	defer d.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nobody waits for the answers
	from := func(addr string) visit {
		a, _ := net.ResolveTCPAddr("tcp", addr)
		return visit{do: view, stream: "x", from: a, token: "wrong"}
	}
	for i := range maxGuesses {
		if err := d.admit(ctx, from(fmt.Sprintf("[2001:db8::%x]:1", i))); err != errToken {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	right := from("[2001:db8::99]:1")
	right.token = viewWord
	if err := d.admit(ctx, right); err != errGuesses {
		t.Errorf("after many guesses from this network: %v", err)
	}
	right.from = from("[2001:db8:1::99]:1").from
	if err := d.admit(ctx, right); err != nil {
		t.Errorf("from another network: %v", err)
	}
	for i := range 2 * maxGuessFrom {
		d.guesses.wrong(addressOf(from(fmt.Sprintf("10.%d.%d.1:1", i>>8, i&255)).from))
	}
	if n := len(d.guesses.from); n > maxGuessFrom {
		t.Errorf("%d addresses are remembered", n)
	}
}

// TestHook has another service decide.
func TestHook(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	var last atomic.Value
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var q question
		if json.NewDecoder(r.Body).Decode(&q) != nil || r.Method != http.MethodPost {
			t.Error("what is asked is not JSON")
		}
		last.Store(q)
		switch {
		case q.Token == "slow":
			select {
			case <-r.Context().Done():
			case <-time.After(10 * hookTimeout):
			}
		case q.Token == "elsewhere":
			http.Redirect(w, r, "/yes", http.StatusFound)
		case q.Token != "user" || q.Action == manage:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer service.Close()
	s := start(t, Config{Access: Access{Hook: service.URL, Publish: secret.New(publishWord)}})
	broadcast(t, s, "live", nil)
	for _, tt := range []struct {
		path, token string
		want        int
	}{
		{"/api/v1/streams/live", "user", 200},
		{"/api/v1/streams/live", "user", 200},
		{"/api/v1/streams/live", "stranger", 401},
		{"/api/v1/streams/live", "elsewhere", 401},
		{"/api/v1/streams/live", "slow", 401},
		{"/api/v1/streams/live", "", 401},
		{"/metrics", "user", 401},
		{"/metrics", publishWord, 200}, // which nobody needs to be asked about
	} {
		if resp, _ := send(t, s, "GET", tt.path, "", bearer(tt.token)); resp.StatusCode != tt.want {
			t.Errorf("%s as %q: %s, want %d", tt.path, tt.token, resp.Status, tt.want)
		}
	}
	if n := asked.Load(); n != 6 {
		t.Errorf("asked %d times, want 6: a yes counts for some time", n)
	}
	if q := last.Load().(question); q.Protocol != "api" || q.Address != "127.0.0.1" {
		t.Errorf("was asked %+v", q)
	}
	service.Close()
	if resp, _ := send(t, s, "GET", "/api/v1/streams", "", bearer("user")); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("with nobody to ask: %s", resp.Status)
	}
	if _, err := Start(Config{HTTP: "127.0.0.1:0", Access: Access{Hook: "file:///etc/passwd"}}); err == nil {
		t.Error("a hook that is a file was taken")
	}
}

// TestHostileNames asks for streams and files by names that no stream has.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", nil)
	names := []string{
		"..", ".", "../..", "..\\..", "live/..", "live\x00", "live\n", "live\r\nX: y", "live;ls", "$(id)", "`id`", "|id", "live'--",
		"<script>", "%2e%2e", "%252e%252e%252f", "live%00.m3u8", "\u202elive", "ﬁle", "live ", " live", "COM1:", "~root",
		"{{.}}", "${jndi:ldap://x}", "live?x", "live#x", "live&x", "-rf /", strings.Repeat("a", 65), strings.Repeat("../", 60),
	}
	for len(names) < 300 {
		i := len(names)
		names = append(names, names[i%31]+string(rune(0x21+i%15))+strings.Repeat(".", i%7)+names[(i*7)%31])
	}
	for _, name := range names {
		if validName(name) {
			t.Errorf("%q is a name", name)
		}
		if _, err := s.Publish(name, nil, nil); err == nil {
			t.Errorf("%q was published", name)
		}
		escaped := url.PathEscape(name)
		for _, path := range []string{"/api/v1/streams/" + escaped, "/hls/live/" + escaped, "/watch/" + escaped, "/assets/" + escaped} {
			resp := ask(t, s, path)
			if resp.StatusCode < 300 || resp.StatusCode >= 500 {
				t.Errorf("%q: %s", path, resp.Status)
			}
		}
	}
}

// ask makes a request without following redirects, over connections that are kept.
func ask(t *testing.T, s *Server, path string) *http.Response {
	t.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Get("http://" + s.HTTPAddr() + path)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return resp
}

// TestSeatsOfAnAddress takes as many seats as one address may have; another address has some left.
func TestSeatsOfAnAddress(t *testing.T) {
	s := newServer(Config{})
	for i := range maxSeatsFrom {
		if err := s.reserve(peer(fmt.Sprintf("192.0.2.7:%d", i+1))); err != nil {
			t.Fatalf("seat %d: %v", i, err)
		}
	}
	if err := s.reserve(peer("192.0.2.7:9")); err != errFullHome {
		t.Errorf("one more: %v", err)
	}
	if err := s.reserve(peer("192.0.2.8:9")); err != nil {
		t.Errorf("from another address: %v", err)
	}
	for range maxSeatsFrom {
		s.seats.free(peer("192.0.2.7:1"))
	}
	s.seats.free(peer("192.0.2.8:1"))
	if len(s.seats.homes) != 0 || s.seats.taken != 0 {
		t.Errorf("%d seats of %d addresses are left", s.seats.taken, len(s.seats.homes))
	}
}
