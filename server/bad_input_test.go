package server

import (
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/intake"
	"golive/internal/srt"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// TestOddPublishers publishes pictures alone, sound alone, and nothing.
func TestOddPublishers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	said := func(name, reason string) func() bool {
		return func() bool {
			_, body := send(t, s, "GET", "/api/v1/streams/"+name, "", nil)
			return strings.Contains(body, reason)
		}
	}
	t.Run("pictures alone", func(t *testing.T) {
		t.Parallel()
		pushTo(t, "flv", s.RTMPURL("silent"), append(h264AAC[:6:6], "-an")...)
		testrig.Eventually(t, "published", func() bool { return s.stream("silent") != nil })
		v := watchWHEP(t, s, "silent")
		v.wait(t)
		if n := v.decode(t); n < 15 {
			t.Errorf("%d pictures decoded", n)
		}
		if d := describedAs(t, s, "silent"); d.WebRTC.Audio || len(d.Tracks) != 1 {
			t.Errorf("described as %+v", d)
		}
	})
	t.Run("sound alone", func(t *testing.T) {
		t.Parallel()
		out, _ := exec.Command("ffmpeg", append(card("-vn", "-c:a", "aac"), "-t", "5", "-f", "flv", s.RTMPURL("dark"))...).CombinedOutput()
		t.Logf("FFmpeg says: %s", out)
		testrig.Eventually(t, "said why", said("dark", intake.ErrNoPicture.Error()))
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		conn, err := srt.Dial(t.Context(), s.SRTAddr(), srt.Config{StreamID: "publish:nothing"})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		testrig.Eventually(t, "said why", said("nothing", errSilent.Error()))
	})
}

// TestJumps publishes times that jump ahead and back an hour, beside a stream that must lose nothing.
func TestJumps(t *testing.T) {
	t.Parallel()
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Config{})
	broadcast(t, s, "other", func() {}, encoder.H264)
	w, err := s.Publish("x", c.Streams, func() {})
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.stream("other").tap("rtmp", &net.TCPAddr{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.close()
	begin := time.Now()
	for round, jump := range []time.Duration{0, time.Hour, -time.Hour} {
		for _, pkt := range c.Packets {
			next := *pkt
			at := pkt.DTS + time.Duration(round)*clip.Length
			next.PTS, next.DTS = pkt.PTS+at-pkt.DTS+jump, at+jump
			time.Sleep(time.Until(begin.Add(at)))
			if err := w.WritePacket(&next); err != nil {
				t.Fatal(err)
			}
		}
	}
	last, n := time.Duration(-1), 0
	for u, ok := other.queue.Poll(); ok; u, ok = other.queue.Poll() {
		if step := u.Packet.DTS - last; last >= 0 && step > 3*time.Second/(2*clip.Rate) {
			t.Errorf("the other stream lost %v at %v", step, last)
		}
		last, n = u.Packet.DTS, n+1
	}
	if n < 200 {
		t.Errorf("%d of 360 pictures of the other stream came", n)
	}
	out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-live_start_index", "0",
		"-i", "http://"+s.HTTPAddr()+"/hls/x/index.m3u8", "-t", "6", "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("decoding HLS: %v: %s", err, out)
	}
}
