package server

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golive/encoder"
	"golive/internal/hls"
	"golive/internal/testrig"
)

// decodes plays a few seconds of a stream with errors fatal.
func decodes(t *testing.T, url string, options ...string) {
	t.Helper()
	args := slices.Concat([]string{"-v", "error", "-xerror"}, options, []string{"-i", url, "-t", "2", "-f", "null", "-"})
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("decoding %s: %v: %s", url, err, out)
	}
}

func TestDASH(t *testing.T) {
	t.Parallel()
	for want, only := range map[string][]encoder.Codec{"aac h264": nil, "h264": {encoder.H264}} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{})
			broadcast(t, s, "live", func() {}, only...)
			url := "http://" + s.HTTPAddr() + "/dash/live/manifest.mpd?session=a&x=$Time$"
			var got []string
			for _, st := range probe(t, url).Streams {
				got = append(got, st.Codec)
				if st.Codec == "h264" && (st.Width != 640 || st.Height != 360) {
					t.Errorf("%d x %d", st.Width, st.Height)
				}
			}
			if slices.Sort(got); strings.Join(got, " ") != want {
				t.Errorf("found %v, want %s", got, want)
			}
			decodes(t, url)
			if all := s.stream("live").audience(); len(all) != 1 || all[0].describe().Protocol != "dash" {
				t.Errorf("%d viewers", len(all))
			}
		})
	}
}

// TestManifest checks that times are true: segments follow on each other, and begin when they say.
func TestManifest(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	get := func() (m mpdRead) {
		resp, body := send(t, s, "GET", "/dash/live/manifest.mpd", "", nil)
		if resp.Header.Get("Content-Type") != "application/dash+xml" {
			t.Fatalf("%s: %s", resp.Status, body)
		}
		if err := xml.Unmarshal([]byte(body), &m); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return m
	}
	var m mpdRead
	testrig.Eventually(t, "three segments", func() bool {
		m = get()
		return len(m.Sets) == 2 && len(m.Sets[0].Template.S) > 3
	})
	for _, set := range m.Sets {
		for i, one := range set.Template.S {
			if i > 0 && one.T != set.Template.S[i-1].T+set.Template.S[i-1].D {
				t.Errorf("%s: segment %d at %d, and the one before ends at %d", set.Kind, i, one.T, set.Template.S[i-1].T+set.Template.S[i-1].D)
			}
			if d := float64(one.D) / float64(set.Template.Timescale); d < 0.5 || d > 1.5 {
				t.Errorf("%s: segment %d of %v s", set.Kind, i, d)
			}
		}
		file := strings.Replace(set.Template.Media, "$Time$", strconv.FormatUint(set.Template.S[1].T, 10), 1)
		resp, body := send(t, s, "GET", "/dash/live/"+file, "", nil)
		if start, err := hls.DecodeTime([]byte(body)); err != nil || start != set.Template.S[1].T {
			t.Errorf("%s: %s: begins at %d, %v, not %d", file, resp.Status, start, err, set.Template.S[1].T)
		}
	}
	video := m.Sets[0].Template
	begun, err := time.Parse(time.RFC3339, m.Start)
	last := video.S[len(video.S)-1]
	edge := begun.Add(time.Duration(float64(last.T) / float64(video.Timescale) * 1e9))
	if age := time.Since(edge); err != nil || age < 0 || age > 5*time.Second {
		t.Errorf("the newest segment began %v ago, %v", age, err)
	}
	if resp, body := send(t, s, "GET", "/dash/live/time", "", nil); resp.StatusCode != 200 {
		t.Errorf("time: %s", body)
	} else if now, err := time.Parse(time.RFC3339, strings.TrimSpace(body)); err != nil || time.Since(now).Abs() > 5*time.Second {
		t.Errorf("it is %s: %v", body, err)
	}
	if again := get(); again.Start != m.Start {
		t.Errorf("it begins at %s, then at %s", m.Start, again.Start)
	}
	for _, file := range []string{"video-0.m4s", "video-99999.m4s", "video--1.m4s", "sound-8.m4s", "..%2f..%2fetc", "manifest.xml", "video-1e3.m4s"} {
		if resp, _ := send(t, s, "GET", "/dash/live/"+file, "", nil); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", file, resp.Status)
		}
	}
}

// An mpdRead is what the test reads of a manifest.
type mpdRead struct {
	Start string `xml:"availabilityStartTime,attr"`
	Sets  []struct {
		Kind     string `xml:"contentType,attr"`
		Template struct {
			Timescale int    `xml:"timescale,attr"`
			Media     string `xml:"media,attr"`
			S         []struct {
				T uint64 `xml:"t,attr"`
				D uint64 `xml:"d,attr"`
			} `xml:"SegmentTimeline>S"`
		} `xml:"Representation>SegmentTemplate"`
	} `xml:"Period>AdaptationSet"`
}

// TestSegmentAsItComes asks for the segment that is being made: it comes in pieces, and is the same as afterwards.
func TestSegmentAsItComes(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	broadcast(t, s, "live", func() {})
	_, body := send(t, s, "GET", "/dash/live/manifest.mpd", "", nil)
	times := regexp.MustCompile(`<S t="(\d+)" d="\d+"></S></SegmentTimeline>`).FindStringSubmatch(body)
	if times == nil {
		t.Fatalf("%s", body)
	}
	file := "/dash/live/video-" + times[1] + ".m4s"
	resp, err := http.Get("http://" + s.HTTPAddr() + file)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	if resp.ContentLength >= 0 {
		t.Errorf("%s: it is %d bytes long, and not made yet", resp.Status, resp.ContentLength)
	}
	whole, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if parts := strings.Count(string(whole), "moof"); parts < 2 {
		t.Errorf("%d parts", parts)
	}
	if _, again := send(t, s, "GET", file, "", nil); again != string(whole) {
		t.Errorf("%d bytes, and %d afterwards", len(whole), len(again))
	}
}

func TestHLSForOldPlayers(t *testing.T) {
	t.Parallel()
	for name, only := range map[string][]encoder.Codec{"AAC": nil, "Opus": {encoder.H264, encoder.Opus}, "none": {encoder.H264}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, Config{})
			p, stop := broadcast(t, s, "live", func() {}, only...)
			made := func() *tsFeed {
				p.tsMu.Lock()
				defer p.tsMu.Unlock()
				return p.ts
			}
			if made() != nil {
				t.Error("it is made though nobody asked")
			}
			url := "http://" + s.HTTPAddr() + "/hls/live/ts/index.m3u8"
			out, err := exec.Command("ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", url).Output()
			var found struct {
				Streams []struct {
					Codec string `json:"codec_name"`
				}
			}
			if err != nil || json.Unmarshal(out, &found) != nil || found.Streams[0].Codec != "h264" {
				t.Fatalf("%v: %s", err, out)
			}
			if sound := len(found.Streams) > 1 && found.Streams[1].Codec == "aac"; sound != (name != "none") {
				t.Errorf("%+v", found)
			}
			decodes(t, url, "-live_start_index", "0")
			if n := p.Viewers(); n != 1 {
				t.Errorf("%d viewers", n)
			}
			made().asked.Store(time.Now().Add(-2 * tsIdle).UnixNano())
			testrig.Eventually(t, "without it when nobody asks any more", func() bool { return made() == nil })
			send(t, s, "GET", "/hls/live/ts/index.m3u8", "", nil)
			stop()
		})
	}
}
