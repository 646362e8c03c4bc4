package cli

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"golive/secret"
	"golive/server"
)

// TestInvitation opens the link that is told where viewers need a token.
func TestInvitation(t *testing.T) {
	free := "127.0.0.1:0"
	s, err := server.Start(server.Config{
		HTTP: free, RTMP: "off", SRT: "off", WebRTC: free, Access: server.Access{View: secret.New("token of viewers")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	link, what, _ := strings.Cut(invitation(s, "live"), " ")
	if strings.Contains(link, "viewers") || !strings.Contains(what, "once") {
		t.Errorf("told %s %s", link, what)
	}
	for i, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Jar: jar}).Get(link)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("time %d: %s", i+1, resp.Status)
		}
	}
}
