package publish

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/srt"
	"golive/internal/testrig"
	"golive/internal/testrig/media"
	"golive/secret"
	"golive/server"
)

// What our own server is sent, by any protocol, comes out of it over HLS as it went in: nothing is lost or changed,
// pictures and sound are together as they were, also over the wraps. Those of the clock of SRT are left out: for gosrt it
// begins at zero.
func TestOwnServerHandsOnAll(t *testing.T) {
	const wrap24, wrap32, wrapTS = (1 << 24) * time.Millisecond, (1 << 32) * time.Millisecond, (1 << 33) * time.Second / 90000
	type stream struct {
		streams []*encoder.Stream
		packets []*encoder.Packet
	}
	made := map[encoder.Codec]stream{}
	for _, sound := range []encoder.Codec{encoder.AAC, encoder.Opus} {
		streams, packets := media.EncodeAs(t, int(interopTime().Seconds()*30)+30, encoder.H264, sound) // the rest begins a segment
		made[sound] = stream{streams, packets}
	}
	tests := sideBySide{t: t}
	defer tests.wait()
	for name, c := range map[string]struct {
		at         time.Duration // when the stream begins
		passphrase string
		place      func(t *testing.T, s *server.Server) Destination
	}{
		"rtmp":                 {time.Second, "", toRTMP},
		"rtmp, Opus":           {time.Second, "", opusByRTMP},
		"rtmp, over 24 bits":   {wrap24 - 3*time.Second, "", toRTMP},
		"rtmp, over 32 bits":   {wrap32 - 3*time.Second, "", toRTMP},
		"srt":                  {time.Second, "", toSRT("", srt.Start{})},
		"srt, AES":             {time.Second, "battery staple", toSRT("battery staple", srt.Start{})},
		"srt, over the wraps":  {wrapTS - 3*time.Second, "", toSRT("", srt.Start{Sequence: 1<<31 - 100})},
		"whip":                 {time.Second, "", toWHIP(rtpStart{})},
		"whip, over the wraps": {time.Second, "", toWHIP(rtpStart{sequence: 1<<16 - 100, timestamp: 1<<32 - 96000})},
	} {
		tests.run(name, func(t *testing.T) {
			s := startServerWith(t, secret.New(c.passphrase))
			d := c.place(t, s)
			_, audio := d.Codecs()
			streams, packets := made[audio[0]].streams, later(made[audio[0]].packets, c.at)
			o := dial(t, d, streams, newTestFeedback())
			inRealTime(t, o, packets)
			file := filepath.Join(t.TempDir(), "a.mkv")
			out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-live_start_index", "0",
				"-i", "http://"+s.HTTPAddr()+"/hls/live/index.m3u8", "-t", fmt.Sprint(interopTime().Seconds()-0.5), "-c", "copy", file).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			checkHandedOn(t, file, streams, packets)
		})
	}
}

func toRTMP(t *testing.T, s *server.Server) Destination {
	return destination(t, "rtmp://"+s.RTMPAddr()+"/live", "live")
}

func opusByRTMP(t *testing.T, s *server.Server) Destination {
	d, err := WithAudio(toRTMP(t, s), encoder.Opus)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func toSRT(passphrase string, start srt.Start) func(*testing.T, *server.Server) Destination {
	return func(t *testing.T, s *server.Server) Destination {
		d := srtTo(t, s.SRTURL("live"), passphrase)
		d.start = start
		return d
	}
}

func toWHIP(start rtpStart) func(*testing.T, *server.Server) Destination {
	return func(t *testing.T, s *server.Server) Destination {
		d := destination(t, "whip+http://"+s.HTTPAddr()+"/whip/live", "").(*whip)
		d.start = start
		return d
	}
}

// checkHandedOn expects packets in a file in a row, from the first or soon after it, and most of them.
func checkHandedOn(t *testing.T, file string, streams []*encoder.Stream, packets []*encoder.Packet) {
	t.Helper()
	got := decoded(t, file)
	together(t, got, row(t, "picture", got.Video, of(packets, streams[0])), row(t, "sound", got.Audio, of(packets, streams[1])))
}

// row finds got among the packets that were sent, in a row, and returns by how many seconds they were moved.
func row(t *testing.T, what string, got []testrig.FilePacket, sent []*encoder.Packet) float64 {
	t.Helper()
	for from := range min(10, len(sent)) {
		n := 0
		for n < len(got) && from+n < len(sent) && got[n].MD5 == sizedMD5(sent[from+n]) {
			n++
		}
		if n == 0 {
			continue
		}
		if n < len(got) || n < len(sent)*3/4 {
			t.Fatalf("%d of %d: the first %d are as they were sent, from number %d of %d", len(got), len(sent), n, from, len(sent))
		}
		settled := slices.IndexFunc(sent, func(p *encoder.Packet) bool { return p.DTS-sent[0].DTS > time.Second }) // RTP tells by and by
		return shifts(t, got[settled:], sent[from+settled:from+n], 0.005)
	}
	t.Fatalf("the first %s was never sent", what)
	return 0
}

// sizedMD5 returns the hash of a packet as it is in a file of Matroska: NAL units with their sizes ahead.
func sizedMD5(p *encoder.Packet) string {
	var b bytes.Buffer
	for _, d := range p.Data {
		if p.Stream.Codec.Video() {
			b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(d))))
		}
		b.Write(d)
	}
	sum := md5.Sum(b.Bytes())
	return hex.EncodeToString(sum[:])
}
