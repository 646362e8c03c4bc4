package e2e

import (
	"image"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestFirstRun is someone who has never seen Golive and skips all questions: two clicks to a link that plays. Then the
// program is killed while live, and everything is as it was but for the last second.
func TestFirstRun(t *testing.T) {
	s := newDesk(t, image.Pt(1920, 1080))
	p := newPerson(t, s)
	config := filepath.Join(p.home, "golive")
	const hotkey = "version = 1\n[hotkeys]\nlive = 'ctrl+shift+f9'\n"
	if err := os.WriteFile(filepath.Join(config, "settings.toml"), []byte(hotkey), 0o600); err != nil {
		t.Fatal(err)
	}

	begin := time.Now()
	p.open()
	p.sees("the questions of the first run", func(screen *image.RGBA) bool {
		c := screen.RGBAAt(700, 661)
		return c.B > 200 && c.R < 160
	})
	p.click(image.Pt(540, 661)) // skip
	p.sees("the Go Live button", red)
	p.click(goLive)
	p.has(0, "the stream on the watch page", `msg="stream started" stream=live`)
	link := regexp.MustCompile(`http=(\S+)`).FindStringSubmatch(p.app.Stderr())
	if link == nil {
		t.Fatal("there is no watch page")
	}
	until(t, p.app, 10*time.Second, "a link that plays", func() bool { return listed("http://" + link[1] + "/hls/live/index.m3u8") })
	took := time.Since(begin)
	t.Logf("2 clicks and %.1f s from the start to a link that plays", took.Seconds())
	if took > 50*time.Second { // on a machine that does nothing else it is a fifth of that
		t.Errorf("it takes %v", took)
	}

	from := len(p.app.Stderr())
	p.xdotool("key", "ctrl+shift+F9") // whatever has the focus
	p.has(from, "the end, by a key", `msg="stream ended" stream=live`)
	p.sees("the Go Live button again", red)
	p.drawRegion(image.Pt(1500, 900), image.Pt(1800, 1000))
	p.saved("region:300x100+1500+900")
	p.xdotool("key", "ctrl+shift+F9")
	p.sees("the button that ends it", notRed)
	p.app.Close() // by SIGKILL
	p.open()
	p.sees("the Go Live button, and no questions", red)
	p.saved("region:300x100+1500+900")
	if _, err := os.Stat(filepath.Join(config, "settings.toml.broken-1")); err == nil {
		t.Error("the settings were broken by the kill")
	}
}

// listed says whether a playlist is there that names a stream.
func listed(url string) bool {
	response, err := http.Get(url)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	return err == nil && response.StatusCode == http.StatusOK && strings.Contains(string(body), "#EXT-X-STREAM-INF")
}
