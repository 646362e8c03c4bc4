package server

import (
	"strings"
	"testing"

	"golive/internal/testrig"
)

// TestPageHears plays what comes in by each protocol, with sound over WebRTC.
func TestPageHears(t *testing.T) {
	s := start(t, Config{})
	for name, publish := range map[string]func(t *testing.T, stream string){
		"RTMP": func(t *testing.T, stream string) { push(t, s.RTMPURL(stream)) }, // with AAC
		"SRT": func(t *testing.T, stream string) {
			pushTo(t, "mpegts", s.SRTURL(stream), "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-c:a", "libopus")
		},
		"WHIP": func(t *testing.T, stream string) { contribute(t, s, stream, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab := browse(t, s.WatchURL(name), "")
			testrig.Eventually(t, "waited", func() bool { return readState(t, tab).State == "waiting" })
			publish(t, name)
			if got := plays(t, tab, "webrtc"); got.Width != 640 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestPageExplains plays a stream that WebRTC cannot carry, and says what to set.
func TestPageExplains(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	push(t, s.RTMPURL("x"), "-bf", "2")
	tab := browse(t, s.WatchURL("x"), "")
	plays(t, tab, "ll-hls")
	hint := evaluate[string](t, tab, `document.querySelector("#hint").innerText`)
	if !strings.Contains(hint, "B-frames") || !strings.Contains(hint, "zerolatency") {
		t.Errorf("the page says %q", hint)
	}
	shoot(t, tab, "b-frames")
}
