package server

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"os/exec"
	"slices"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/testrig"
	"golive/internal/testrig/clip"
)

// TestThumbnail compares a thumbnail with what FFmpeg makes of the same picture.
func TestThumbnail(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	if resp, _ := send(t, s, "GET", "/api/v1/streams/live/thumbnail.jpg", "", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("of no stream: %s", resp.Status)
	}
	_, stop := broadcast(t, s, "live", func() {})
	testrig.Eventually(t, "a key frame", func() bool { key, _ := s.stream("live").newestKey(); return key != nil })
	resp, body := send(t, s, "GET", "/api/v1/streams/live/thumbnail.jpg", "", nil)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	got, err := jpeg.Decode(bytes.NewReader([]byte(body)))
	if err != nil || got.Bounds().Dx() != 320 || got.Bounds().Dy() != 180 {
		t.Fatalf("%v, %v", got.Bounds(), err)
	}
	if len(body) > 40<<10 {
		t.Errorf("it has %d bytes", len(body))
	}
	if _, again := send(t, s, "GET", "/api/v1/streams/live/thumbnail.jpg", "", nil); again != body {
		t.Error("another was made at once")
	}
	key, _ := s.stream("live").newestKey()
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "h264", "-i", "-", "-frames:v", "1", "-vf",
		"scale=320:180:flags=area:in_color_matrix=bt601", "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
	cmd.Stdin = bytes.NewReader(append(bytes.Clone(key.Stream.Extradata), key.AnnexB()...))
	want, err := cmd.Output()
	if err != nil || len(want) != 320*180*3 {
		t.Fatalf("ffmpeg: %v, %d bytes", err, len(want))
	}
	stop()
	off := 0
	for i := range 320 * 180 {
		r, g, b, _ := got.At(i%320, i/320).RGBA()
		for c, v := range []uint32{r, g, b} {
			off += max(int(v>>8)-int(want[3*i+c]), int(want[3*i+c])-int(v>>8))
		}
	}
	if mean := float64(off) / (320 * 180 * 3); mean > 8 { // the test card moves, but its bars and colours stay
		t.Errorf("it is %.1f levels off on average", mean)
	}
}

// TestThumbnailOfNonsense decodes what is no picture.
func TestThumbnailOfNonsense(t *testing.T) {
	c, err := clip.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{{0x65}, bytes.Repeat([]byte{0x65, 0xff}, 9999), make([]byte, 3)} {
		key := &encoder.Packet{Stream: &encoder.Stream{Codec: encoder.H264}, Keyframe: true, Data: [][]byte{data}}
		if p, err := encoder.DecodeKeyframe(key); err == nil {
			t.Errorf("%d bytes are a picture of %v", len(data), p.Bounds())
		}
	}
	if _, err := encoder.DecodeKeyframe(&encoder.Packet{Stream: c.Streams[1], Keyframe: true}); err == nil {
		t.Error("sound is a picture")
	}
	begun := time.Now()
	i := slices.IndexFunc(c.Packets, func(p *encoder.Packet) bool { return p.Stream.Codec.Video() && p.Keyframe })
	picture, err := encoder.DecodeKeyframe(c.Packets[i])
	if err != nil {
		t.Fatal(err)
	}
	shrink(picture)
	t.Logf("640 x 360 takes %v", time.Since(begun))
}
