package server

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/datarhei/gosrt/circular"
	"github.com/datarhei/gosrt/packet"

	"golive/internal/testrig"
	"golive/secret"
)

// card are the arguments that make FFmpeg code a test card with sound in real time.
func card(codec ...string) []string {
	return append([]string{
		"-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30",
		"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-pix_fmt", "yuv420p", "-g", "30", "-b:v", "1M",
	}, codec...)
}

// h264AAC is what most publishers send.
var h264AAC = []string{"-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-c:a", "aac"}

// pushTo publishes with ffmpeg until the test ends.
func pushTo(t *testing.T, format, url string, codec ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("ffmpeg", append(card(codec...), "-f", format, url)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

func TestSRTIngest(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	cmd := pushTo(t, "mpegts", s.SRTURL("x"), h264AAC...)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	v := watchWHEP(t, s, "x")
	v.wait(t)
	if n := v.decode(t); n < 15 {
		t.Errorf("%d pictures decoded", n)
	}
	found := probe(t, "http://"+s.HTTPAddr()+"/hls/x/index.m3u8")
	if got := fmt.Sprintf("%+v", found); !strings.Contains(got, "{Codec:h264 Width:640") || !strings.Contains(got, "{Codec:aac") {
		t.Errorf("HLS has %+v", found)
	}
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64", "-t", "5",
		"-c:v", "libx264", "-f", "mpegts", s.SRTURL("x")).CombinedOutput()
	if err == nil {
		t.Errorf("a second publisher is let in: %s", out)
	}
	_ = cmd.Process.Kill() // it says goodbye to nobody
	testrig.Eventually(t, "ended", func() bool { return s.stream("x") == nil })
}

func TestSRTOpus(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	pushTo(t, "mpegts", "srt://"+s.SRTAddr()+"?streamid=#!::r=x,m=publish", "-c:v", "libx264", "-tune", "zerolatency",
		"-preset", "ultrafast", "-c:a", "libopus")
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	if got := s.stream("x").describe(); !got.WebRTC.Video || !got.WebRTC.Audio || got.Tracks[1].Channels != 1 {
		t.Errorf("described as %+v", got)
	}
}

func TestSRTPassphrase(t *testing.T) {
	t.Parallel()
	s := start(t, Config{SRTPassphrase: secret.New("correct horse")})
	for _, query := range []string{"", "&passphrase=wrong%20horse"} {
		out, err := exec.Command("ffmpeg", append(card(h264AAC...), "-t", "3", "-f", "mpegts", s.SRTURL("x")+query)...).CombinedOutput()
		if err == nil {
			t.Errorf("let in with %q: %s", query, out)
		}
	}
	pushTo(t, "mpegts", s.SRTURL("x")+"&passphrase=correct horse", h264AAC...)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })

	if s, err := Start(Config{
		HTTP: "127.0.0.1:0", SRT: "127.0.0.1:0", RTMP: "off", WebRTC: "127.0.0.1:0", SRTPassphrase: secret.New("short"),
	}); err == nil {
		_ = s.Close(t.Context())
		t.Error("a short passphrase is taken")
	}
}

// TestSRTRefuses publishes what is not carried. The log must say in words what is.
func TestSRTRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		codec []string
		want  string
	}{
		"MPEG-2":     {[]string{"-c:v", "mpeg2video", "-c:a", "aac"}, "MPEG1Video is not carried: send H.264 or HEVC"},
		"MP2 sound":  {[]string{"-c:v", "libx264", "-c:a", "mp2"}, "MPEG1Audio is not carried: send H.264 or HEVC"},
		"no picture": {[]string{"-vn", "-c:a", "aac"}, "there is no video"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &lines{}
			s := start(t, Config{Log: slog.New(slog.NewTextHandler(log, nil))})
			pushTo(t, "mpegts", s.SRTURL("x"), tt.codec...)
			testrig.Eventually(t, "refused", func() bool { return strings.Contains(log.String(), tt.want) })
		})
	}
}

// TestSRTPort checks that a port is not shared with somebody who has it already, which would get half the packets.
func TestSRTPort(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	other, err := Start(Config{HTTP: "127.0.0.1:0", RTMP: "off", SRT: s.SRTAddr(), WebRTC: "127.0.0.1:0"})
	if err == nil {
		_ = other.Close(t.Context())
		t.Fatal("two servers listen on one port")
	}
	if !strings.Contains(err.Error(), "SRT") || !strings.Contains(err.Error(), s.SRTAddr()) {
		t.Error(err)
	}
	if off := start(t, Config{SRT: "off"}); off.SRTAddr() != "" || off.SRTURL("x") != "" {
		t.Error("it is not off")
	}
}

// TestSRTStrangers sends datagrams that are no SRT, and handshakes that are never finished: nobody else notices.
func TestSRTStrangers(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	c, err := net.Dial("udp", s.SRTAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for n := range 2000 {
		junk := make([]byte, n)
		if n > 16 {
			junk[0], junk[n-1] = 0x80, byte(n) // a control packet
		}
		_, _ = c.Write(junk)
	}
	begin := time.Now()
	pushTo(t, "mpegts", s.SRTURL("x"), h264AAC...)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
	t.Logf("a publisher got in after %v", time.Since(begin))
}

// TestSRTHandshakesCut sends a whole request to publish, cut at every byte, each part with bytes of a further extension
// behind it: nobody else notices.
func TestSRTHandshakesCut(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	c, err := net.Dial("udp", s.SRTAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ask := func(h *packet.CIFHandshake) []byte {
		h.IsRequest, h.SRTSocketId, h.MaxTransmissionUnitSize, h.MaxFlowWindowSize = true, 77, 1500, 8192
		h.InitialPacketSequenceNumber = circular.New(1, packet.MAX_SEQUENCENUMBER)
		b := bytes.NewBuffer(append([]byte{0x80}, make([]byte, 15)...)) // a control packet for no socket
		if err := h.Marshal(b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	hello, answer := ask(&packet.CIFHandshake{Version: 4, ExtensionField: 2, HandshakeType: packet.HSTYPE_INDUCTION}), make([]byte, 1500)
	greet := func() {
		_, _ = c.Write(hello)
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		for kind := uint32(0); kind != packet.HSTYPE_INDUCTION.Val(); kind = binary.BigEndian.Uint32(answer[16+20:]) {
			if n, err := c.Read(answer); err != nil || n < 64 {
				t.Fatal(n, err)
			}
		}
	}
	greet()
	whole := ask(&packet.CIFHandshake{
		Version: 5, HandshakeType: packet.HSTYPE_CONCLUSION, SynCookie: binary.BigEndian.Uint32(answer[16+28:]),
		HasHS: true, SRTHS: &packet.CIFHandshakeExtension{SRTVersion: 0x010401}, HasSID: true, StreamId: "publish:x",
	})
	for n := range whole {
		for _, more := range []string{"", "\x00", "\x00\x05", "\x00\x05\x00", "\x00\x03\x00\x04"} {
			_, _ = c.Write(append(whole[:n:n], more...))
			greet()
		}
	}
	pushTo(t, "mpegts", s.SRTURL("x"), h264AAC...)
	testrig.Eventually(t, "published", func() bool { return s.stream("x") != nil })
}
