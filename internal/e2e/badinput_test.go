package e2e

import (
	"image"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golive/internal/testrig"
)

func TestBadInput(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	dir := t.TempDir()
	existing := filepath.Join(dir, "there.mp4")
	if err := os.WriteFile(existing, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "folder.mp4")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	display, err := testrig.StartDisplay(t.Context(), image.Pt(320, 180))
	if err != nil {
		t.Fatal(err)
	}
	defer display.Close()
	const pattern = "--video pattern --audio tone "
	tests := map[string]struct {
		args string
		code int
		says []string // words of the sentence
	}{
		"unknown command":      {"broadcast", 2, []string{"broadcast", "live"}},
		"unknown flag":         {"live --bitrat 3000k", 2, []string{"bitrat"}},
		"malformed size":       {"live --size huge", 2, []string{"huge", "1280x720"}},
		"odd size":             {"live --size 1281x720", 2, []string{"1281"}},
		"malformed bitrate":    {"live --bitrate fast", 2, []string{"fast"}},
		"malformed frames":     {"live --fps 0", 2, []string{"fps"}},
		"malformed URL":        {"live --to rtmp://", 2, []string{"rtmp://"}},
		"foreign URL":          {"live --to ftp://example.com/x", 2, []string{"ftp", "rtmp"}},
		"later source":         {"live --video camera:0", 2, []string{"camera", "screen", "pattern"}},
		"later flag":           {"live --passphrase-env X", 2, []string{"passphrase-env"}},
		"no replay":            {"live --replay 0s", 2, []string{"replay", "30s"}},
		"endless replay":       {"live --replay 100h", 2, []string{"replay", "1h"}},
		"split of nothing":     {"live --split 10m", 2, []string{"split", "--record"}},
		"sounds of nothing":    {"live --record-sounds", 2, []string{"record-sounds", "--record"}},
		"split by a number":    {"live --split 5", 2, []string{"split", "10m", "1g"}},
		"unknown source":       {"live --video hologram", 2, []string{"hologram", "screen"}},
		"unknown sound":        {"live --audio kazoo", 2, []string{"kazoo", "desktop"}},
		"unknown encoder":      {"live --video pattern --audio none --encoder magic", 4, []string{"magic"}},
		"unset key":            {"live --to rtmp://127.0.0.1/live --key-env GOLIVE_TEST_NO_SUCH_KEY", 2, []string{"GOLIVE_TEST_NO_SUCH_KEY"}},
		"unknown profile":      {"live --profile nobody", 2, []string{"nobody"}},
		"no such window":       {"live --video window:Nowhere --audio none", 3, []string{"Nowhere"}},
		"no such screen":       {"live --video screen:7 --audio none", 3, []string{"screen:7"}},
		"port in use":          {"live " + pattern + "--http " + busy.Addr().String(), 1, []string{busy.Addr().String()}},
		"tiny size":            {"live --size 2x2", 2, []string{"2x2", "64x64"}},
		"huge size":            {"live --size 8192x8192", 2, []string{"8192x8192", "7680x4320"}},
		"no bitrate":           {"live --bitrate 0", 2, []string{"bitrate", "100k"}},
		"endless bitrate":      {"live --bitrate 1000M", 2, []string{"bitrate", "100M"}},
		"bitrate of nothing":   {"live --record-bitrate 2M", 2, []string{"record-bitrate", "--record"}},
		"malformed timing":     {"live --timing=maybe", 2, []string{"--timing", "maybe", "all"}},
		"no low latency":       {"live --video pattern --audio none --codec av1 --low-latency --record " + filepath.Join(dir, "x.mp4"), 4, []string{"libsvtav1", "low latency"}},
		"recording read-only":  {"live " + pattern + "--record /sys/x.mp4", 1, []string{"/sys", "choose another folder"}},
		"recording is folder":  {"live " + pattern + "--record " + folder, 1, []string{"exists already"}},
		"recording is there":   {"live " + pattern + "--record " + existing, 1, []string{"there.mp4"}},
		"recording has no dir": {"live " + pattern + "--record " + filepath.Join(dir, "no/dir/x.mp4"), 1, []string{"no/dir"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, append(home(t), display.Env()...), strings.Fields(test.args)...)
			began := time.Now()
			code := wait(t, p, 50*time.Second)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			checkRefusal(t, p, code, test.code, test.says)
		})
	}
	if data, err := os.ReadFile(existing); err != nil || string(data) != "mine" {
		t.Errorf("the file that was there now has %q, %v", data, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

// checkRefusal expects an exit code, and a short text that holds some words.
func checkRefusal(t *testing.T, p *testrig.Program, code, want int, says []string) {
	t.Helper()
	text := p.Stderr()
	t.Logf("exit code %d: %s", code, strings.TrimSpace(text))
	if code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	for _, word := range says {
		if !strings.Contains(text, word) {
			t.Errorf("it does not say %q", word)
		}
	}
	if strings.Contains(text, "goroutine ") {
		t.Error("it crashed")
	}
}

func TestNoDisplay(t *testing.T) {
	p := start(t, append(home(t), "DISPLAY=:9876"), "live", "--video", "screen:0", "--audio", "none")
	checkRefusal(t, p, wait(t, p, 50*time.Second), 3, []string{":9876"})
}

func TestProfileWithTypo(t *testing.T) {
	env := home(t)
	_, dir, _ := strings.Cut(env[0], "=")
	profiles := filepath.Join(dir, "golive", "profiles")
	if err := os.MkdirAll(profiles, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profiles, "mine.toml"), []byte("name = \"mine\"\nvideo = \"pattern\"\nbitrat = \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, env, "live", "--profile", "mine")
	checkRefusal(t, p, wait(t, p, 50*time.Second), 2, []string{"mine", "3"})
}

// TestRefusedKey: all destinations say no, so the broadcast ends by itself, and the key is not shown.
func TestRefusedKey(t *testing.T) {
	const key = "open-barley-4711"
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{Key: "open-sesame"})
	p := start(t, append(home(t), "STREAM_KEY="+key), "live", "--video", "pattern", "--audio", "tone", "--size", "320x180",
		"--to", strings.TrimSuffix(server.URL("x"), "/x"), "--key-env", "STREAM_KEY", "--stats", "json")
	began := time.Now()
	code := wait(t, p, 50*time.Second)
	t.Logf("ended after %v", time.Since(began).Round(time.Millisecond))
	checkRefusal(t, p, code, 5, []string{server.Addr})
	for _, line := range p.Lines() {
		if strings.Contains(string(line), key) {
			t.Error("the stats hold the key")
		}
	}
	if strings.Contains(p.Stderr(), key) {
		t.Error("stderr holds the key")
	}
}

// TestServerNeverThere: the broadcast goes on until its time is over, and says so by its exit code.
func TestServerNeverThere(t *testing.T) {
	server := testrig.ServeRTMP(t, testrig.RTMPConfig{})
	server.Stop()
	p := start(t, home(t), "live", "--video", "pattern", "--audio", "tone", "--size", "320x180", "--to", server.URL("x"),
		"--duration", "3s", "--stats", "json")
	checkRefusal(t, p, wait(t, p, 50*time.Second), 6, []string{server.Addr})
}
