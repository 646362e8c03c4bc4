package server

import (
	"encoding/json"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// describedAs returns what the API says of a stream.
func describedAs(t *testing.T, s *Server, name string) (d streamJSON) {
	t.Helper()
	if resp, body := send(t, s, "GET", "/api/v1/streams/"+name, "", nil); json.Unmarshal([]byte(body), &d) != nil {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	return d
}

// TestPublisherReturns ends publishers of each protocol in the middle of a stream, and lets another go on. Viewers stay.
func TestPublisherReturns(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Patience: 20 * time.Second})
	for name, url := range map[string]string{"rtmp": s.RTMPURL("rtmp"), "srt": s.SRTURL("srt")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			format := map[string]string{"rtmp": "flv", "srt": "mpegts"}[name]
			first := pushTo(t, format, url, h264AAC...)
			testrig.Eventually(t, "published", func() bool { return s.stream(name) != nil })
			v := watchWHEP(t, s, name)
			v.wait(t)
			_ = first.Process.Kill()
			testrig.Eventually(t, "away", func() bool { return describedAs(t, s, name).Away })
			before, since := v.length(), s.stream(name).since
			pushTo(t, format, url, append(h264AAC, "-vf", "scale=320:180")...)
			testrig.Eventually(t, "back", func() bool { return !describedAs(t, s, name).Away })
			testrig.Eventually(t, "going on", func() bool { return v.length() > before+100<<10 })
			if got := s.stream(name); !got.since.Equal(since) {
				t.Error("it is another stream")
			}
			if got := describedAs(t, s, name).Tracks[0]; got.Width != 320 || got.Height != 180 {
				t.Errorf("the new pictures are described as %+v", got)
			}
			n := v.decode(t)
			t.Logf("%d pictures decoded", n)
			out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-live_start_index", "0",
				"-i", "http://"+s.HTTPAddr()+"/hls/"+name+"/index.m3u8", "-t", "4", "-f", "null", "-").CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("decoding HLS: %v: %s", err, out)
			}
		})
	}
}

// length returns how many bytes of video the viewer has.
func (v *whepViewer) length() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.video)
}

// TestPublisherReplaced stops a publisher without closing its connection: another must get in before that is noticed.
func TestPublisherReplaced(t *testing.T) {
	t.Parallel()
	log := &lines{}
	s := start(t, Config{Patience: 20 * time.Second, Log: slog.New(slog.NewTextHandler(log, nil))})
	first := pushTo(t, "flv", s.RTMPURL("x"), h264AAC...)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	_ = first.Process.Signal(syscall.SIGSTOP)
	stopped := time.Now()
	testrig.Eventually(t, "let in", func() bool {
		return exec.Command("ffmpeg", append(card(h264AAC...), "-t", "1", "-f", "flv", s.RTMPURL("x"))...).Run() == nil
	})
	t.Logf("let in after %v", time.Since(stopped))
	_ = first.Process.Signal(syscall.SIGCONT)
	testrig.Eventually(t, "told", func() bool { return strings.Contains(log.String(), "somebody else has gone on") })
}

// TestPatience checks what ends a stream that is away: time, and a publisher of other tracks.
func TestPatience(t *testing.T) {
	t.Parallel()
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{Patience: 300 * time.Millisecond})
	w, err := s.Publish("x", c.Streams, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish("x", c.Streams, nil); err == nil {
		t.Error("two publish at a time")
	}
	w.fail(errSilent)
	if d := describedAs(t, s, "x"); !d.Away || d.Reason != errSilent.Error() {
		t.Errorf("described as %+v", d)
	}
	if err := w.WritePacket(c.Packets[0]); err == nil {
		t.Error("who has left can write")
	}
	testrig.Eventually(t, "ended", func() bool { return s.stream("x") == nil })
	if _, body := send(t, s, "GET", "/api/v1/streams/x", "", nil); !strings.Contains(body, errSilent.Error()) {
		t.Errorf("of its end is said: %s", body)
	}
	if w, err = s.Publish("x", c.Streams, nil); err != nil {
		t.Fatal(err)
	}
	first := w.Publication
	w.Close()
	if w, err = s.Publish("x", c.Streams[:2], nil); err != nil {
		t.Fatal(err)
	}
	if w.Publication == first {
		t.Error("a stream without Opus goes on with one that had some")
	}
	w.Close()
}

// TestPublishersCompete lets many come and go at once: one at a time gets in, and nothing is left behind.
func TestPublishersCompete(t *testing.T) {
	t.Parallel()
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{Patience: time.Millisecond})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				w, err := s.Publish("x", c.Streams, func() {})
				if err != nil {
					continue
				}
				for _, pkt := range c.Packets[:5] {
					_ = w.WritePacket(&encoder.Packet{Stream: pkt.Stream, PTS: pkt.PTS, DTS: pkt.DTS, Keyframe: pkt.Keyframe, Data: pkt.Data})
				}
				w.Close()
			}
		})
	}
	all.Wait()
	testrig.Eventually(t, "ended", func() bool { return s.stream("x") == nil })
}
