package publish

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/media"
	"golive/secret"
)

// canary is a key and a passphrase that must be seen nowhere.
const canary = "c4n4ry+k/yé-8c1f5d"

// A transcript keeps what is written from several goroutines.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *transcript) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(b)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// Keys are in no log, error, statistics or argument, whether publishing works or fails: neither as they are, nor escaped,
// nor in base64.
func TestCanaryKeys(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		http.Error(w, "no: "+r.Header.Get("Authorization")+" "+r.URL.String(), http.StatusForbidden)
	}))
	defer echo.Close()
	s, locked := startServer(t), startServerWith(t, secret.New(canary))
	nobody, anybody := freeUDP(t), freeUDP(t)
	startProgram(t, fmt.Sprintf("srt-live-transmit -q 'srt://%s?mode=listener' file://con >/dev/null", anybody))
	front, err := testrig.StartTLS(startPeer(t, nil).listen.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(front.Close)
	for name, c := range map[string]struct {
		url, key, passphrase string
		live                 bool
	}{
		"rtmp":                  {startPeer(t, nil).URL, canary, "", true},
		"rtmp, key in the path": {startPeer(t, nil).URL + "/" + url.PathEscape(canary), "", "", true},
		"rtmp, refused":         {startPeer(t, refusingPeer).URL, canary, "", false},
		"rtmp, hung up":         {startPeer(t, closingPeer).URL, canary, "", false},
		"rtmp, wrong password":  {strings.Replace(startPeer(t, guardedPeer).URL, "rtmp://", "rtmp://alice@", 1), "k", canary, false},
		"rtmps":                 {"rtmps://" + front.Addr + "/live", canary, "", true},
		"rtmps, no TLS":         {strings.Replace(startPeer(t, silentPeer).URL, "rtmp", "rtmps", 1), canary, "", false},
		"srt, refused":          {strings.Split(s.SRTURL("x"), "?")[0], canary, canary, false},
		"srt, passphrase":       {locked.SRTURL("live"), "", canary, true},
		"srt, stream id":        {"srt://" + anybody, canary, "", true},
		"srt, in the query":     {"srt://" + nobody + "?streamid=" + url.QueryEscape(canary) + "&passphrase=" + url.QueryEscape(canary), "", "", false},
		"whip, refused":         {"whip+" + echo.URL + "/whip/x", canary, "", false},
		"whip, key in the path": {"whip+" + echo.URL + "/whip/" + url.PathEscape(canary) + "?k=" + url.QueryEscape(canary), "", "", false},
		"whip":                  {"whip+http://" + s.HTTPAddr() + "/whip/live", canary, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ParseDestination(c.url, secret.New(c.key), secret.New(c.passphrase))
			if err != nil {
				t.Fatal(err)
			}
			if r, ok := d.(*rtmp); ok {
				r.roots = rootsOf(t, front.CAFile)
			}
			_, audio := d.Codecs()
			streams, packets := media.EncodeAs(t, 20, encoder.H264, audio[0])
			var written transcript
			log := slog.New(slog.NewJSONHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
			sender := startSender(OutputConfig{Name: "x", Destination: d}, streams, func() {}, log)
			for _, p := range packets {
				sender.push(p)
			}
			eventually(t, "an outcome", func() bool {
				o, _ := sender.stats()
				return c.live && o.State == Live && o.SentBytes > 0 || !c.live && o.Error != ""
			})
			o, link := sender.stats()
			sender.end(time.Now().Add(drainTime))
			line, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			argv, err := os.ReadFile("/proc/self/cmdline")
			if err != nil {
				t.Fatal(err)
			}
			checkNoCanary(t, written.String()+string(line)+fmt.Sprintf("%+v %#v %v", link, d, d)+string(argv))
		})
	}
}

func checkNoCanary(t *testing.T, written string) {
	t.Helper()
	for _, hidden := range []string{
		canary, url.QueryEscape(canary), url.PathEscape(canary), base64.StdEncoding.EncodeToString([]byte(canary)),
		base64.RawURLEncoding.EncodeToString([]byte(canary)), "8c1f5d",
	} {
		if strings.Contains(written, hidden) {
			t.Errorf("%q is in: %s", hidden, written)
		}
	}
}
