package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"

	"golive/internal/testrig"
)

// push publishes a test card over RTMP with ffmpeg until the test ends or stop is called; extra go to the encoder.
func push(t *testing.T, url string, extra ...string) (stop func()) {
	t.Helper()
	args := []string{
		"-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30",
		"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:v", "libx264", "-preset", "ultrafast",
		"-pix_fmt", "yuv420p", "-g", "30", "-b:v", "1M", "-c:a", "aac",
	}
	if len(extra) == 0 {
		extra = []string{"-tune", "zerolatency"}
	}
	cmd := exec.Command("ffmpeg", append(append(args, extra...), "-f", "flv", url)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func TestRTMPIngest(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	stop := push(t, s.RTMPURL("x"))
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	v := watchWHEP(t, s, "x")
	v.wait(t)
	if n := v.decode(t); n < 15 {
		t.Errorf("%d pictures decoded", n)
	}
	if got := s.stream("x").describe(); !got.WebRTC.Video || !got.WebRTC.Audio || len(got.Tracks) != 2 {
		t.Errorf("described as %+v", got)
	}
	found := fmt.Sprintf("%+v", probe(t, "http://"+s.HTTPAddr()+"/hls/x/index.m3u8"))
	if !strings.Contains(found, "{Codec:h264 Width:640 Height:360") || !strings.Contains(found, "{Codec:aac") {
		t.Errorf("HLS has %s", found)
	}
	out, _ := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=30", "-t", "5",
		"-c:v", "libx264", "-f", "flv", s.RTMPURL("x")).CombinedOutput()
	if !strings.Contains(string(out), "already") && !strings.Contains(string(out), "BadName") {
		t.Errorf("a second publisher is told: %s", out)
	}
	stop()
	testrig.Eventually(t, "ended", func() bool { return s.stream("x") == nil })
}

// TestBFrames publishes what WebRTC cannot carry: HLS does, and WHEP says so.
func TestBFrames(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	push(t, s.RTMPURL("x"), "-bf", "2")
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	_, offer := newViewer(t)
	resp, body := send(t, s, "POST", "/whep/x", offer, map[string]string{"Content-Type": "application/sdp"})
	if resp.StatusCode != 406 || !strings.Contains(body, "HLS") {
		t.Errorf("%s: %s", resp.Status, body)
	}
	out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-live_start_index", "0",
		"-i", "http://"+s.HTTPAddr()+"/hls/x/index.m3u8", "-t", "2", "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("decoding HLS: %v: %s", err, out)
	}
}

func TestRTMPRefuses(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for _, tt := range []struct {
		name, path string
		publish    bool
	}{
		{"another application", "/app/x", true},
		{"a bad name", "/live/a.b", true},
		{"no name", "/live", true},
		{"deeper", "/live/a/b", true},
		{"play nothing", "/live/x", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &gortmplib.Client{
				URL: &url.URL{Scheme: "rtmp", Host: s.RTMPAddr(), Path: tt.path}, Publish: tt.publish,
			}
			if err := c.Initialize(t.Context()); err == nil {
				c.Close()
				t.Error("accepted")
			}
		})
	}
}

// TestRTMPSetup sends what no publisher does. Each connection must be ended, in time and before much is taken.
func TestRTMPSetup(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for _, tt := range []struct {
		name string
		send func(io.Writer)
	}{
		{"silence", func(io.Writer) {}},
		{"half a handshake", func(w io.Writer) { _, _ = w.Write(append([]byte{3}, make([]byte, 700)...)) }},
		{"not RTMP", func(w io.Writer) { _, _ = io.WriteString(w, "GET / HTTP/1.1\r\n\r\n") }},
		{"a flood", func(w io.Writer) {
			_, _ = w.Write(append([]byte{3}, make([]byte, 2*1536)...))
			for range 1000 { // an unfinished message on each of many chunk streams
				if _, err := w.Write(append([]byte{2, 0, 0, 0, 0x90, 0, 0, 20, 0, 0, 0, 0}, bytes.Repeat([]byte{10}, 128)...)); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", s.RTMPAddr())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			tt.send(c)
			_ = c.SetReadDeadline(time.Now().Add(4 * handshakeTimeout))
			if _, err := io.Copy(io.Discard, c); err != nil {
				var timeout net.Error
				if errors.As(err, &timeout) && timeout.Timeout() {
					t.Error("the connection is still open")
				}
			}
		})
	}
}
