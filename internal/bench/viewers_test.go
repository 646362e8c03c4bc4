//go:build bench

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golive/internal/testrig"
)

// A sight is what the crowd reports.
type sight struct {
	Viewers  int
	Packets  int64
	Lost     int64
	Mbps     float64
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	CPUCores float64 `json:"cpu_cores"`
	Server   float64 `json:"server_cores"`
	Memory   float64 `json:"server_mib"`
}

func (s sight) String() string {
	return fmt.Sprintf("%d viewers at %.2f Mb/s: lost %.4f %%, server %.2f cores, crowd %.2f cores, pictures late by p50 %.1f ms, p99 %.1f ms",
		s.Viewers, s.Mbps, 100*float64(s.Lost)/float64(max(1, s.Packets+s.Lost)), s.Server, s.CPUCores, s.P50, s.P99)
}

// good says whether less than one packet in a thousand was lost.
func (s sight) good() bool { return s.Lost*1000 < s.Packets+s.Lost }

// crowdSizes are tried one after another until packets are lost.
var crowdSizes = []int{100, 200, 400, 600, 800}

// TestViewers finds how many viewers of a 720p stream of 2.5 Mb/s one core serves, and the same for Janus. The server
// has the first core for itself, crowd and publisher the second one.
func TestViewers(t *testing.T) {
	dir := t.TempDir()
	crowd, clip := buildCrowd(t, dir), film(t, dir)
	url, pid := serveFilm(t, dir, clip)
	ours := fill(t, "golive", crowd, "-whep", url, "-pid", strconv.Itoa(pid))
	if _, err := exec.LookPath("janus"); err != nil {
		t.Log("Janus is not installed (apt-get install janus): no peer to compare with")
		return
	}
	url, pid = janusFilm(t, dir, clip)
	theirs := fill(t, "janus", crowd, "-janus", url, "-pid", strconv.Itoa(pid))
	t.Logf("viewers a core: golive %.0f, janus %.0f, ratio %.2f", ours, theirs, ours/theirs)
}

// buildCrowd returns the path of the program.
func buildCrowd(t *testing.T, dir string) string {
	t.Helper()
	crowd := filepath.Join(dir, "crowd")
	if out, err := exec.Command("go", "build", "-o", crowd, "./crowd").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return crowd
}

// TestStalledViewers lets 50 viewers watch, every second time beside 50 others that have stopped reading, and tells what
// those cost.
func TestStalledViewers(t *testing.T) {
	const pairs = 4
	dir := t.TempDir()
	crowd := buildCrowd(t, dir)
	url, pid := serveFilm(t, dir, film(t, dir))
	all := watchFilm(t, crowd, 50, "-whep", url, "-pid", strconv.Itoa(pid),
		"-stalled", "50", "-times", strconv.Itoa(2*pairs), "-for", "8s", "-warm", "2s")
	var late, memory []float64
	for i := range pairs {
		calm, beside := all[2*i], all[2*i+1]
		t.Logf("50 viewers: p99 %.1f ms, %.0f MiB; beside 50 that have stalled: p99 %.1f ms, %.0f MiB", calm.P99, calm.Memory, beside.P99, beside.Memory)
		late, memory = append(late, beside.P99-calm.P99), append(memory, (beside.Memory-calm.Memory)/50)
	}
	t.Logf("50 stalled viewers add %.1f ms to the p99 of the others and take %.2f MiB each, the first time %.2f", median(late), median(memory), memory[0])
}

func median(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

// fill lets ever larger crowds watch, and returns how many viewers a core serves at the last size at which all was well.
func fill(t *testing.T, name, crowd string, args ...string) float64 {
	t.Helper()
	best := 0.0
	for _, n := range crowdSizes {
		s := watchFilm(t, crowd, n, args...)[0]
		t.Logf("%s: %v", name, s)
		if !s.good() {
			break
		}
		best = float64(n) / s.Server
		if s.Server > 0.95 {
			break
		}
	}
	return best
}

// watchFilm lets n viewers watch, and returns what they saw each time they counted.
func watchFilm(t *testing.T, crowd string, n int, args ...string) []sight {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", "1", crowd, "-n", strconv.Itoa(n)}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("crowd: %v", err)
	}
	var all []sight
	for line := range bytes.Lines(out) {
		var s sight
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, s)
	}
	return all
}

// film codes what is watched: ten seconds of 720p at 2.5 Mb/s.
func film(t *testing.T, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "film.flv")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30,noise=alls=12:allf=t",
		"-t", "10", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-profile:v", "baseline",
		"-g", "60", "-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "1250k", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// inTS puts the film into MPEG-TS, where the parameter sets come with every key frame.
func inTS(t *testing.T, film string) string {
	t.Helper()
	file := film + ".ts"
	if out, err := exec.Command("ffmpeg", "-v", "error", "-i", film, "-c", "copy", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// play sends the film, over and over.
func play(t *testing.T, film string, to ...string) {
	t.Helper()
	args := append([]string{"-c", "1", "ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", film, "-c", "copy"}, to...)
	background(t, exec.Command("taskset", args...))
}

func background(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // where the test is killed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

var served = regexp.MustCompile(`publish to (rtmp://[0-9.:]+/live/)NAME[\s\S]*watch at (http://[0-9.:]+)/watch/`)

// serveFilm starts golive serve on the first core, and returns the address to watch the film at.
func serveFilm(t *testing.T, dir, film string) (url string, pid int) {
	t.Helper()
	golive, err := testrig.BuildGolive(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	free := "127.0.0.1:0"
	p, err := testrig.StartProgram("taskset", nil, "-c", "0", golive, "serve", "--http", free, "--rtmp", free, "--srt", "off", "--webrtc", free)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := p.Until(ctx, func() bool { return served.MatchString(p.Stderr()) }); err != nil {
		t.Fatal(err)
	}
	m := served.FindStringSubmatch(p.Stderr())
	play(t, film, "-f", "flv", m[1]+"film")
	await(t, m[2]+"/api/v1/streams/film")
	return m[2] + "/whep/film", p.Pid()
}

// await waits until a URL is answered.
func await(t *testing.T, url string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("%s does not answer", url)
}

// janusFilm starts Janus on the first core, and returns its API.
func janusFilm(t *testing.T, dir, film string) (url string, pid int) {
	t.Helper()
	dir = filepath.Join(dir, "janus")
	for _, d := range []string{"plugins", "transports", "none"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	link := func(kind, name string) {
		found, _ := filepath.Glob("/usr/lib/*/janus/" + kind + "/" + name)
		if len(found) == 0 {
			t.Fatalf("Janus has no %s", name)
		}
		if err := os.Symlink(found[0], filepath.Join(dir, kind, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("plugins", "libjanus_streaming.so")
	link("transports", "libjanus_http.so")
	api, media := freePort(t, "tcp"), freePort(t, "udp")
	for name, text := range map[string]string{
		"janus.jcfg": fmt.Sprintf(`general: { configs_folder = "%[1]s" plugins_folder = "%[1]s/plugins"
			transports_folder = "%[1]s/transports" events_folder = "%[1]s/none" loggers_folder = "%[1]s/none"
			debug_level = 2 event_loops = 1 }`, dir),
		"janus.transport.http.jcfg": fmt.Sprintf(`general: { http = true port = %d ip = "127.0.0.1" json = "plain" }`, api),
		"janus.plugin.streaming.jcfg": fmt.Sprintf(`film: { type = "rtp" id = 1 video = true videoport = %d videoiface = "127.0.0.1"
			videopt = 96 videocodec = "h264" videofmtp = "profile-level-id=42e01f;packetization-mode=1" videobufferkf = true }`, media),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("taskset", "-c", "0", "janus", "-F", dir)
	background(t, cmd)
	await(t, fmt.Sprintf("http://127.0.0.1:%d/janus/info", api))
	film = inTS(t, film)
	play(t, film, "-payload_type", "96", "-f", "rtp", fmt.Sprintf("rtp://127.0.0.1:%d?pkt_size=1200", media))
	time.Sleep(3 * time.Second) // it keeps a key frame for those who join
	return fmt.Sprintf("http://127.0.0.1:%d/janus", api), cmd.Process.Pid
}

func freePort(t *testing.T, network string) int {
	t.Helper()
	if network == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.LocalAddr().(*net.UDPAddr).Port
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
