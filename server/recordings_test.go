package server

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig"
)

func readRecordings(t *testing.T, s *Server) []recordingJSON {
	t.Helper()
	_, body := send(t, s, "GET", "/api/v1/recordings", "", nil)
	var all []recordingJSON
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return all
}

// TestRecording records by the API, with sound from either codec, and plays what it got over HTTP.
func TestRecording(t *testing.T) {
	t.Parallel()
	for name, only := range map[string][]encoder.Codec{"AAC": nil, "Opus": {encoder.H264, encoder.Opus}, "none": {encoder.H264}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{Data: t.TempDir()})
			broadcast(t, s, "live", func() {}, only...)
			resp, body := send(t, s, "POST", "/api/v1/streams/live/recording", "", nil)
			if resp.StatusCode != http.StatusCreated {
				t.Fatalf("%s: %s", resp.Status, body)
			}
			if resp, body := send(t, s, "POST", "/api/v1/streams/live/recording", "", nil); resp.StatusCode != http.StatusConflict {
				t.Errorf("a second time: %s: %s", resp.Status, body)
			}
			all := readRecordings(t, s)
			if len(all) != 1 || !all[0].Live || all[0].Stream != "live" {
				t.Fatalf("%+v", all)
			}
			if n := s.stream("live").Viewers(); n != 0 {
				t.Errorf("the recording counts as %d viewers", n)
			}
			if resp, _ := send(t, s, "DELETE", all[0].URL, "", nil); resp.StatusCode != http.StatusConflict {
				t.Errorf("deleted while it is recorded: %s", resp.Status)
			}
			testrig.Eventually(t, "two seconds", func() bool { return readRecordings(t, s)[0].Bytes > 250_000 })
			resp, body = send(t, s, "DELETE", "/api/v1/streams/live/recording", "", nil)
			var done recordingJSON
			if err := json.Unmarshal([]byte(body), &done); err != nil || resp.StatusCode != 200 || done.Live || done.Duration < 1 {
				t.Fatalf("%s: %s: %v", resp.Status, body, err)
			}
			playRecording(t, s, done, name != "none")
			if resp, body := send(t, s, "DELETE", done.URL, "", nil); resp.StatusCode != http.StatusNoContent || len(readRecordings(t, s)) > 0 {
				t.Errorf("deleting: %s: %s", resp.Status, body)
			}
		})
	}
}

// playRecording plays a recording over HTTP: from its beginning, from the middle, and its bytes in ranges.
func playRecording(t *testing.T, s *Server, r recordingJSON, sound bool) {
	t.Helper()
	url := "http://" + s.HTTPAddr() + r.URL
	if got := probe(t, url).Streams; got[0].Codec != "h264" || got[0].Width != 640 || (len(got) == 2) != sound {
		t.Errorf("%+v", got)
	}
	for _, from := range []string{"0", strconv.FormatFloat(r.Duration/2, 'f', 3, 64)} {
		out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-ss", from, "-i", url, "-f", "null", "-").CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("from %s s: %v: %s", from, err, out)
		}
	}
	_, whole := send(t, s, "GET", r.URL, "", nil)
	resp, part := send(t, s, "GET", r.URL, "", map[string]string{"Range": "bytes=1000-1999"})
	if resp.StatusCode != http.StatusPartialContent || part != whole[1000:2000] || int64(len(whole)) != r.Bytes {
		t.Errorf("a range: %s, %d of %d bytes", resp.Status, len(part), len(whole))
	}
}

// TestRecordAll records whatever comes, and leaves it alone when the server is closed.
func TestRecordAll(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := start(t, Config{Data: data, Keep: Keep{All: true}})
	broadcast(t, s, "one", func() {})
	broadcast(t, s, "two", nil)
	testrig.Eventually(t, "both recorded", func() bool {
		all := readRecordings(t, s)
		return len(all) == 2 && min(all[0].Bytes, all[1].Bytes) > 150_000
	})
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	again := start(t, Config{Data: data})
	all := readRecordings(t, again)
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	for _, r := range all {
		if r.Live || r.Duration < 0.5 {
			t.Errorf("%+v", r)
		}
		playRecording(t, again, r, true)
	}
	if _, err := Start(Config{HTTP: "127.0.0.1:0", Keep: Keep{All: true}}); err == nil {
		t.Error("everything is recorded without a folder")
	}
}

// TestRecordingSurvivesKill has a file as a crash leaves it: it plays, and is finished when the server starts.
func TestRecordingSurvivesKill(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Data: t.TempDir(), Keep: Keep{All: true}})
	broadcast(t, s, "live", func() {})
	testrig.Eventually(t, "two seconds", func() bool {
		all := readRecordings(t, s)
		return len(all) == 1 && all[0].Bytes > 250_000
	})
	_, dead := send(t, s, "GET", readRecordings(t, s)[0].URL, "", nil)
	data := t.TempDir()
	file := filepath.Join(data, "recordings", "live", "20260102T030405Z.mp4")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(dead[:len(dead)-777]), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffmpeg", "-v", "fatal", "-i", file, "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Errorf("as it was left: %v: %s", err, out)
	}
	again := start(t, Config{Data: data})
	testrig.Eventually(t, "repaired", func() bool {
		all := readRecordings(t, again)
		return len(all) == 1 && all[0].Duration > 0.9
	})
	playRecording(t, again, readRecordings(t, again)[0], true)
}

func TestTidy(t *testing.T) {
	r, err := openRecordings(t.TempDir(), Keep{}, start(t, Config{}).log)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"a/20260101T000000Z", "a/20260108T000000Z", "b/20260109T000000Z", "b/20260109T000000Z-2"} {
		file := filepath.Join(r.folder, name+".mp4")
		_ = os.Mkdir(filepath.Dir(file), 0o700)
		if err := os.WriteFile(file, bytes.Repeat([]byte{0}, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stranger := filepath.Join(r.folder, "a", "holiday.mp4")
	if err := os.WriteFile(stranger, make([]byte, 9000), 0o600); err != nil {
		t.Fatal(err)
	}
	left := func() string {
		var names []string
		for _, one := range r.list() {
			names = append(names, one.ID)
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	for _, tt := range []struct {
		keep Keep
		want string
	}{
		{Keep{}, "a/20260101T000000Z a/20260108T000000Z b/20260109T000000Z b/20260109T000000Z-2"},
		{Keep{Age: 5 * 24 * time.Hour}, "a/20260108T000000Z b/20260109T000000Z b/20260109T000000Z-2"},
		{Keep{Bytes: 2500}, "b/20260109T000000Z b/20260109T000000Z-2"},
		{Keep{Bytes: 1}, ""},
	} {
		r.keep.Store(&tt.keep)
		if r.tidy(now); left() != tt.want {
			t.Errorf("%+v leaves %s, want %s", tt.keep, left(), tt.want)
		}
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Errorf("a file that is no recording: %v", err)
	}
}

// TestRecordingsStayInside asks for files that are elsewhere.
func TestRecordingsStayInside(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := start(t, Config{Data: data})
	secret := filepath.Join(data, "secret.mp4")
	if err := os.WriteFile(secret, []byte("hush"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(data, "recordings", "live")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(folder, "20260102T030405Z.mp4")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"live/20260102T030405Z.mp4", "live/..%2f..%2fsecret.mp4", "..%2f/secret.mp4", "%2e%2e/secret.mp4", "live/20260102T030405Z.mp4%00",
	} {
		for _, method := range []string{"GET", "DELETE"} {
			resp, body := send(t, s, method, "/api/v1/recordings/"+path, "", nil)
			if resp.StatusCode < 300 || strings.Contains(body, "hush") {
				t.Errorf("%s %s: %s: %s", method, path, resp.Status, body)
			}
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error(err)
	}
	none := start(t, Config{})
	broadcast(t, none, "live", func() {})
	if resp, _ := send(t, none, "POST", "/api/v1/streams/live/recording", "", nil); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a folder: %s", resp.Status)
	}
}
