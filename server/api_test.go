package server

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig/clip"
)

func TestAPI(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	if _, body := send(t, s, "GET", "/api/v1/streams", "", nil); strings.TrimSpace(body) != "[]" {
		t.Errorf("no streams are %s", body)
	}
	p, _ := broadcast(t, s, "live", func() {})
	v := watchWHEP(t, s, "live")
	v.wait(t)
	var all []streamJSON
	_, body := send(t, s, "GET", "/api/v1/streams", "", nil)
	if err := json.Unmarshal([]byte(body), &all); err != nil || len(all) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	got := all[0]
	if got.Name != "live" || got.Viewers != 1 || len(got.Tracks) != 3 || got.Tracks[0].Width != 640 ||
		got.Tracks[0].FrameRate != clip.Rate || !got.WebRTC.Video || !got.WebRTC.Audio {
		t.Errorf("%s", body)
	}
	checkClock(t, s, p)
	session := path.Base(v.location)
	if strings.Contains(body, session) {
		t.Error("the API gives the session's secret away")
	}
	post := func(body string) int {
		resp, _ := send(t, s, "POST", "/api/v1/streams/live/latency", body, nil)
		return resp.StatusCode
	}
	for body, want := range map[string]int{
		`{"session":"` + session + `","ms":41.5,"player_ms":12}`: 204,
		`{"session":"` + session + `","ms":41.5,"player_ms":42}`: 400,
		`{"session":"` + session + `","ms":41.5,"player_ms":-1}`: 400,
		`{"session":"other","ms":41.5}`:                          404,
		`{"session":"` + session + `","ms":-1}`:                  400,
		`{"session":"` + session + `","ms":1e9}`:                 400,
		`{"session":"` + session + `","ms":"x"}`:                 400,
		strings.Repeat(" ", 2<<10) + `{}`:                        400,
		"":                                                       400,
	} {
		if got := post(body); got != want {
			t.Errorf("%.60q: %d, want %d", body, got, want)
		}
	}
	if l := p.Latencies(); len(l) != 1 || l[0] != (Latency{41500 * time.Microsecond, 12 * time.Millisecond}) {
		t.Errorf("latencies %v", l)
	}
	if resp, _ := send(t, s, "GET", "/api/v1/streams/nobody", "", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown stream: %s", resp.Status)
	}
}

// checkClock compares what the API says of the clock with what the publisher wrote.
func checkClock(t *testing.T, s *Server, p *Publisher) {
	t.Helper()
	var st streamJSON
	_, body := send(t, s, "GET", "/api/v1/streams/live", "", nil)
	if err := json.Unmarshal([]byte(body), &st); err != nil || st.Clock == nil {
		t.Fatalf("%v: %s", err, body)
	}
	p.mu.Lock()
	newest, epoch, base := p.newest, p.clock.Epoch, p.rtp.Video
	p.mu.Unlock()
	pts := time.Duration(float64(st.Clock.RTP-base) / 90000 * float64(time.Second))
	if off := unixMS(epoch.Add(pts)) - st.Clock.TimeMS; off < -5 || off > 5 {
		t.Errorf("the clock is off by %.1f ms", off)
	}
	if age := newest - pts; age.Abs() > 5*time.Second {
		t.Errorf("the clock is of %v, the newest picture of %v", pts, newest)
	}
	var now struct {
		TimeMS float64 `json:"time_ms"`
	}
	if _, body := send(t, s, "GET", "/api/v1/time", "", nil); json.Unmarshal([]byte(body), &now) != nil ||
		time.Since(time.UnixMilli(int64(now.TimeMS))).Abs() > 10*time.Second {
		t.Errorf("the time is %s", body)
	}
}

// TestNetworkClock checks that nothing is claimed about when the pictures of a remote publisher were taken.
func TestNetworkClock(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	p, err := s.Publish("x", c.Streams, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.WritePacket(c.Packets[0]); err != nil {
		t.Fatal(err)
	}
	if clock := p.describe().Clock; clock != nil {
		t.Errorf("the API claims %+v", clock)
	}
}

func TestPages(t *testing.T) {
	s := start(t, Config{})
	for path, want := range map[string]string{
		"/": "/assets/index.js", "/watch/any": "<video", "/assets/watch.js": "whep", "/healthz": "ok",
	} {
		resp, body := send(t, s, "GET", path, "", nil)
		if resp.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %s, without %q", path, resp.Status, want)
		}
	}
}
