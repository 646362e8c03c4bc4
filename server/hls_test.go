package server

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golive/encoder"
)

// probed is what ffprobe found in a stream.
type probed struct {
	Streams []struct {
		Codec  string `json:"codec_name"`
		Width  int
		Height int
	}
}

func probe(t *testing.T, url string) probed {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-show_streams", "-of", "json", url).Output()
	var p probed
	if err != nil || json.Unmarshal(out, &p) != nil {
		t.Fatalf("ffprobe %s: %v: %s", url, err, out)
	}
	return p
}

func TestHLS(t *testing.T) {
	t.Parallel()
	for want, only := range map[string][]encoder.Codec{
		"aac h264":  nil,
		"h264 opus": {encoder.H264, encoder.Opus},
		"h264":      {encoder.H264},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{})
			p, _ := broadcast(t, s, "live", nil, only...)
			url := "http://" + s.HTTPAddr() + "/hls/live/index.m3u8"
			var got []string
			for _, st := range probe(t, url).Streams {
				got = append(got, st.Codec)
				if st.Codec == "h264" && (st.Width != 640 || st.Height != 360) {
					t.Errorf("%d x %d", st.Width, st.Height)
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("found %v, want %s", got, want)
			}
			if n := p.Viewers(); n != 1 {
				t.Errorf("%d viewers", n)
			}
			out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-live_start_index", "0", "-i", url,
				"-t", "1", "-f", "null", "-").CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("decoding: %v: %s", err, out)
			}
		})
	}
}

func TestLowLatencyPlaylist(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", nil)
	resp, list := send(t, s, "GET", "/hls/live/video1_stream.m3u8?session=a", "", nil)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s", resp.Status)
	}
	for _, tag := range []string{
		"EXT-X-PART:", "CAN-BLOCK-RELOAD=YES", "EXT-X-PRELOAD-HINT", "EXT-X-PROGRAM-DATE-TIME", "session=a",
	} {
		if !strings.Contains(list, tag) {
			t.Errorf("the playlist has no %s", tag)
		}
	}
	for _, file := range []string{"nothing.mp4", "..%2findex.html"} {
		if resp, _ := send(t, s, "GET", "/hls/live/"+file, "", nil); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", file, resp.Status)
		}
	}
}

func TestAudience(t *testing.T) {
	a := audience{seen: map[string]*listener{}}
	for range 3 {
		_, _ = a.saw("x", "hls", nil)
	}
	_, _ = a.saw("y", "hls", nil)
	if n := a.count(); n != 2 {
		t.Errorf("%d people, want 2", n)
	}
	if a.measured("z", Latency{Total: time.Second}) {
		t.Error("somebody unknown measured")
	}
	if !a.measured("x", Latency{Total: time.Second}) || len(a.latencies()) != 1 || a.latencies()[0].Total != time.Second {
		t.Errorf("latencies %v", a.latencies())
	}
	a.seen["x"].at = time.Now().Add(-2 * hlsGone)
	if n := a.count(); n != 1 {
		t.Errorf("%d people after one went, want 1", n)
	}
	for i := range 2 * maxAudience {
		_, _ = a.saw(string(rune(i)), "hls", nil)
	}
	if n := a.count(); n != maxAudience {
		t.Errorf("%d people, want %d at most", n, maxAudience)
	}
}
