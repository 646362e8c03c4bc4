package e2e

import (
	"math"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"golive/internal/testrig"
)

// A finished recording holds every picture that was encoded, and opens in the players that people have.
func TestFinishedRecordingPlaysEverywhere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.mp4")
	p := startRecording(t, path, "--duration", "4s", "--to", testrig.ServeRTMP(t, testrig.RTMPConfig{}).URL("x"))
	if code := wait(t, p, 30*time.Second); code != 0 {
		t.Fatalf("exit code %d:\n%s", code, p.Stderr())
	}
	encoded := lastStats(t, p).Video.Encoded
	t.Logf("%d pictures encoded", encoded)
	if !isOrdinary(t, path) {
		t.Error("it is not an ordinary MP4")
	}
	t.Run("ffmpeg", func(t *testing.T) {
		if n, _ := lastDrawn(t, path); n != encoded {
			t.Errorf("%d pictures, %d were encoded", n, encoded)
		}
	})
	t.Run("mpv", func(t *testing.T) {
		out, err := exec.CommandContext(t.Context(), "mpv", "--no-config", "--vo=null", "--ao=null", "--untimed", "--msg-level=all=warn", path).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("mpv (apt install mpv): %v: %s", err, out)
		}
	})
	t.Run("chromium", func(t *testing.T) {
		m, err := testrig.Probe(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		playInChromium(t, dir, m.Format.Duration)
	})
}

// playInChromium plays a.mp4 of a folder to its end, fast, and then from its middle.
func playInChromium(t *testing.T, dir string, seconds float64) {
	web := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer web.Close()
	tab, stop, err := testrig.Browse(t.Context(), web.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	const play = `new Promise((resolve, reject) => {
		const v = document.createElement('video');
		let seeked = false;
		v.onerror = () => reject(new Error(v.error.message));
		v.onended = () => {
			if (seeked) return resolve({width: v.videoWidth, duration: v.duration, time: v.currentTime});
			seeked = true;
			v.currentTime = v.duration / 2;
			v.play();
		};
		v.src = '/a.mp4';
		v.playbackRate = 4;
		document.body.append(v);
		v.play().catch(reject);
	})`
	got, err := chromedp.Run(tab, chromedp.Evaluate[struct{ Width, Duration, Time float64 }](play, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if got.Width != 640 || math.Abs(got.Duration-seconds) > 0.1 || math.Abs(got.Time-seconds) > 0.1 {
		t.Errorf("%+v, want %.2f s", got, seconds)
	}
}
