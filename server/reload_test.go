package server

import (
	"net/http"
	"testing"
	"time"

	"golive/secret"
)

// TestReload changes who may come in while somebody watches, who stays.
func TestReload(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Data: t.TempDir()})
	broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	v.wait(t)
	next := s.config
	next.Access = Access{View: secret.New(viewWord), Publish: secret.New(publishWord)}
	next.Hosts, next.Viewers = []string{"live.example.org"}, 1
	next.Keep = Keep{Age: time.Hour}
	if later, err := s.Reload(next); err != nil || later != "" {
		t.Fatalf("%q, %v", later, err)
	}
	status := func(headers map[string]string) int {
		resp, _ := send(t, s, "GET", "/api/v1/streams/live", "", headers)
		return resp.StatusCode
	}
	if n := status(nil); n != http.StatusUnauthorized {
		t.Errorf("without a token: %d", n)
	}
	named := bearer(viewWord)
	named["Host"] = "live.example.org"
	if n := status(named); n != http.StatusOK {
		t.Errorf("by the new name: %d", n)
	}
	if got := *s.recordings.keep.Load(); got != next.Keep {
		t.Errorf("%+v are kept", got)
	}
	if s.reserve(peer("192.0.2.7:1")) == nil {
		t.Error("there is more than one seat")
	}
	if n := len(s.stream("live").audience()); n != 1 {
		t.Errorf("%d viewers", n)
	}
	wrong := next
	wrong.Access = Access{Hook: "not an address"}
	wrong.Hosts = nil
	if _, err := s.Reload(wrong); err == nil {
		t.Error("a hook that cannot be was taken")
	}
	if n := status(named); n != http.StatusOK {
		t.Errorf("after wrong settings: %d", n)
	}
	next.RTMP = "127.0.0.1:1"
	if later, err := s.Reload(next); err != nil || later == "" {
		t.Errorf("another address: %q, %v", later, err)
	}
}
