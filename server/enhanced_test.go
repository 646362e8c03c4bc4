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
	tscodecs "github.com/bluenviron/mediacommon/v2/pkg/formats/mpegts/codecs"

	"golive/capture"
	"golive/internal/fanout"
	"golive/internal/testrig"
)

// hevcOpus is what newer publishers send.
var hevcOpus = []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=30:bframes=0", "-c:a", "libopus"}

// h264Opus is what publishers send that know that it goes to browsers.
var h264Opus = []string{"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30", "-c:a", "libopus"}

// pushEnhanced publishes HEVC or H.264, and Opus over Enhanced RTMP, until the test ends.
func pushEnhanced(t *testing.T, s *Server, name string, coded ...string) {
	t.Helper()
	args := append(card(coded...), "-t", "20", "-muxdelay", "0", "-f", "mpegts", "-")
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
	video := &gortmplib.Track{}
	audio := &gortmplib.Track{Codec: &codecs.Opus{IDHeader: &opus.IDHeader{Version: 1, ChannelCount: 1}}}
	w := &gortmplib.Writer{Conn: c, Tracks: []*gortmplib.Track{video, audio}}
	begun := false
	at := func(ticks int64) time.Duration { return capture.Duration(ticks, fanout.VideoClock) }
	_, hevc := r.Tracks()[0].Codec.(*tscodecs.H265)
	begin := func(sets [][]byte) error {
		begun = true
		if video.Codec = (&codecs.H264{SPS: sets[0], PPS: sets[1]}); hevc {
			video.Codec = &codecs.H265{VPS: sets[0], SPS: sets[1], PPS: sets[2]}
		}
		return w.Initialize()
	}
	picture := func(pts, dts int64, au [][]byte) error {
		if !begun {
			if err := begin(au); err != nil {
				return err
			}
		}
		if hevc {
			return w.WriteH265(video, at(pts), at(dts), au)
		}
		return w.WriteH264(video, at(pts), at(dts), au)
	}
	if hevc {
		r.OnDataH265(r.Tracks()[0], picture)
	} else {
		r.OnDataH264(r.Tracks()[0], picture)
	}
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
	pushEnhanced(t, s, "rtmp", hevcOpus...)
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

// TestOpusOverRTMP publishes Opus over Enhanced RTMP: WebRTC carries it as it is, and RTMP plays AAC.
func TestOpusOverRTMP(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	pushEnhanced(t, s, "x", h264Opus...)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	if d := describedAs(t, s, "x"); len(d.Tracks) != 2 || d.Tracks[1].Codec != "opus" || !d.WebRTC.Audio {
		t.Errorf("described as %+v", d)
	}
	v := watchWHEP(t, s, "x")
	v.wait(t)
	testrig.Eventually(t, "heard", func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return v.audio > 50
	})
	p := s.stream("x")
	p.mu.Lock()
	coded := len(p.coders)
	p.mu.Unlock()
	if coded != 0 {
		t.Error("the sound is coded anew for WebRTC")
	}
	if n, sound := played(t, s.RTMPURL("x")); n < 60 || tone(sound) < 0.8 {
		t.Errorf("%d pictures over RTMP, 440 Hz are %.2f of the sound", n, tone(sound))
	}
}
