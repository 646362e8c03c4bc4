package server

import (
	"bytes"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gortmplib"
	"github.com/bluenviron/gortmplib/pkg/codecs"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/opus"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts"

	"golive/capture"
	"golive/internal/fanout"
	"golive/internal/testrig"
)

// hevcOpus is what newer publishers send.
var hevcOpus = []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=30:bframes=0", "-c:a", "libopus"}

// pushEnhanced publishes HEVC and Opus over Enhanced RTMP until the test ends.
func pushEnhanced(t *testing.T, s *Server, name string) {
	t.Helper()
	args := append(card(hevcOpus...), "-t", "20", "-muxdelay", "0", "-f", "mpegts", "-")
	cmd := exec.Command("ffmpeg", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &mpegts.Reader{R: out}
	if err := r.Initialize(); err != nil {
		t.Fatal(err)
	}
	c := &gortmplib.Client{URL: &url.URL{Scheme: "rtmp", Host: s.RTMPAddr(), Path: "/live/" + name}, Publish: true}
	if err := c.Initialize(t.Context()); err != nil {
		t.Fatal(err)
	}
	video := &gortmplib.Track{Codec: &codecs.H265{}}
	audio := &gortmplib.Track{Codec: &codecs.Opus{IDHeader: &opus.IDHeader{Version: 1, ChannelCount: 1}}}
	w := &gortmplib.Writer{Conn: c, Tracks: []*gortmplib.Track{video, audio}}
	begun := false
	at := func(ticks int64) time.Duration { return capture.Duration(ticks, fanout.VideoClock) }
	r.OnDataH265(r.Tracks()[0], func(pts, dts int64, au [][]byte) error {
		if !begun {
			video.Codec = &codecs.H265{VPS: au[0], SPS: au[1], PPS: au[2]}
			if err := w.Initialize(); err != nil {
				return err
			}
			begun = true
		}
		return w.WriteH265(video, at(pts), at(dts), au)
	})
	r.OnDataOpus(r.Tracks()[1], func(pts int64, packets [][]byte) error {
		for i, p := range packets {
			if !begun {
				return nil
			}
			if err := w.WriteOpus(audio, at(pts)+time.Duration(i)*20*time.Millisecond, bytes.Clone(p)); err != nil {
				return err
			}
		}
		return nil
	})
	var sending sync.WaitGroup
	sending.Go(func() {
		for r.Read() == nil {
		}
	})
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		sending.Wait()
		_ = cmd.Wait()
		c.Close()
	})
}

// TestHEVC publishes HEVC: HLS and SRT carry it, WebRTC and RTMP say why they do not.
func TestHEVC(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	pushEnhanced(t, s, "rtmp")
	pushTo(t, "mpegts", s.SRTURL("srt"), hevcOpus...)
	for _, name := range []string{"rtmp", "srt"} {
		t.Run(name, func(t *testing.T) {
			testrig.Eventually(t, "published", func() bool { return s.stream(name) != nil })
			if d := describedAs(t, s, name); d.Tracks[0].Codec != "hevc" || d.Tracks[0].Width != 640 || d.WebRTC.Video || d.WebRTC.Reason != "codec" {
				t.Errorf("described as %+v", d)
			}
			_, offer := newViewer(t)
			if resp, body := send(t, s, "POST", "/whep/"+name, offer, map[string]string{"Content-Type": "application/sdp"}); resp.StatusCode != 406 || !strings.Contains(body, "HLS") {
				t.Errorf("%s: %s", resp.Status, body)
			}
			out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-i", "http://"+s.HTTPAddr()+"/hls/"+name+"/index.m3u8",
				"-t", "2", "-f", "null", "-").CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("decoding HLS: %v: %s", err, out)
			}
			if n, _ := played(t, "srt://"+s.SRTAddr()+"?streamid=read:"+name); n < 60 {
				t.Errorf("%d pictures over SRT", n)
			}
			if out, err := exec.Command("ffprobe", "-v", "error", s.RTMPURL(name)).CombinedOutput(); err == nil {
				t.Errorf("it plays over RTMP: %s", out)
			}
		})
	}
}
