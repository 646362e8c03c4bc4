package server

import (
	"bytes"
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/pion/rtp/codecs"

	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/werift"
)

// The players of these tests show nothing and are not heard, but keep time as they do for people.
var (
	mpvStatus    = regexp.MustCompile(`at ([0-9.]+) width 640 rate 48000`)
	ffplayStatus = regexp.MustCompile(`([0-9.]+) A-V: *(-?[0-9.]+)`)
)

// TestRealPlayers plays a stream with mpv and ffplay by each protocol that they know: three seconds must go by, with
// pictures and sound.
func TestRealPlayers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "x", nil, encoder.H264, encoder.AAC)
	web := "http://" + s.HTTPAddr()
	time.Sleep(2 * time.Second) // HLS and DASH begin with a whole segment
	for name, url := range map[string]string{
		"RTMP": s.RTMPURL("x"), "SRT": "srt://" + s.SRTAddr() + "?streamid=read:x", "LL-HLS": web + "/hls/x/index.m3u8",
		"HLS": web + "/hls/x/ts/index.m3u8", "DASH": web + "/dash/x/manifest.mpd",
	} {
		t.Run("mpv/"+name, func(t *testing.T) {
			t.Parallel()
			p := play(t, "mpv", "--no-config", "--vo=null", "--ao=null", "--msg-level=all=warn,statusline=status", "--term-status-msg="+
				"at ${=time-pos} width ${video-params/w} rate ${audio-params/samplerate}\n", url)
			timePasses(t, p, mpvStatus)
		})
		t.Run("ffplay/"+name, func(t *testing.T) {
			t.Parallel()
			p := play(t, "ffplay", "-hide_banner", "-stats", url)
			last := timePasses(t, p, ffplayStatus)
			if off, err := strconv.ParseFloat(last[2], 64); err != nil || off < -0.5 || off > 0.5 {
				t.Errorf("pictures and sound are %s s apart", last[2])
			}
		})
	}
}

// play starts a player that ends with the test.
func play(t *testing.T, player string, args ...string) *testrig.Program {
	t.Helper()
	path, err := exec.LookPath(player)
	if err != nil {
		t.Fatalf("%v: scripts/deps test installs it", err)
	}
	p, err := testrig.StartProgram(path, []string{"SDL_VIDEODRIVER=dummy", "SDL_AUDIODRIVER=dummy"}, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// timePasses waits until the time in a player's status has moved by three seconds, and returns the newest status.
func timePasses(t *testing.T, p *testrig.Program, status *regexp.Regexp) (last []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	err := p.Until(ctx, func() bool {
		said := status.FindAllStringSubmatch(p.Stderr()+string(bytes.Join(p.Lines(), nil)), -1)
		if len(said) == 0 {
			return false
		}
		last = said[len(said)-1]
		from, _ := strconv.ParseFloat(said[0][1], 64)
		to, _ := strconv.ParseFloat(last[1], 64)
		return to-from > 3 && to-from < 30 // not a jump alone
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// TestWeriftWatches plays a stream by WHEP on a WebRTC of others: all packets come, and FFmpeg decodes the pictures.
func TestWeriftWatches(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	p, _ := broadcast(t, s, "x", func() {})
	v := werift.Watch(t, "http://"+s.HTTPAddr()+"/whep/x")
	testrig.Eventually(t, "watched", func() bool { return len(v.Packets(t, "audio")) > 150 })
	video, sound := v.Packets(t, "video"), v.Packets(t, "audio")
	for _, packets := range [][]werift.Event{video, sound} {
		for i := 1; i < len(packets); i++ {
			if packets[i].Sequence != packets[i-1].Sequence+1 {
				t.Fatalf("packet %d of %s follows on %d", packets[i].Sequence, packets[i].Kind, packets[i-1].Sequence)
			}
		}
	}
	if n := decodedPictures(t, video); n < 60 {
		t.Errorf("%d pictures in three seconds", n)
	}
	if len(v.Reports(t, "video")) == 0 || len(v.Reports(t, "audio")) == 0 {
		t.Error("nothing says how sound and picture go together")
	}
	v.Leave(t)
	testrig.Eventually(t, "left", func() bool { return p.Viewers() == 0 })
}

// decodedPictures returns how many pictures FFmpeg makes of RTP packets of H.264, errors being fatal.
func decodedPictures(t *testing.T, packets []werift.Event) int {
	t.Helper()
	var h264 codecs.H264Packet
	var stream []byte
	for _, p := range packets {
		nals, err := h264.Unmarshal(p.Payload)
		if err != nil {
			t.Fatal(err)
		}
		stream = append(stream, nals...)
	}
	cmd := exec.Command("ffmpeg", "-v", "error", "-xerror", "-f", "h264", "-i", "-", "-f", "framemd5", "-")
	cmd.Stdin = bytes.NewReader(stream)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bytes.Count(out, []byte("\n0,"))
}
